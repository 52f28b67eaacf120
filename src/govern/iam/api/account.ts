/** The account as a whole: what it has, counted. */
import { operation } from '../../../gateway/operation.ts'
import { integer, list, map, optional, string } from '../../../gateway/shape.ts'
import type { Iam } from '../iam.ts'
import { accessKeysPerUserMax, attachedPoliciesMax, groupsPerUserMax, policyVersionsMax } from '../limits.ts'
import { summaryOf } from '../listing.ts'
import { pageInput, pageOutput } from './shapes.ts'

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html */
export const GetAccountSummary = operation({
  input: {},
  output: { SummaryMap: optional(map(integer())) },
  handle(iam: Iam, _input, call) {
    const counted = summaryOf(iam, call)
    return {
      SummaryMap: {
        Users: counted.users,
        Groups: counted.groups,
        Roles: counted.roles,
        InstanceProfiles: counted.profiles,
        Policies: counted.policies,
        AccountAccessKeysPresent: counted.rootKeys,
        AccessKeysPerUserQuota: accessKeysPerUserMax,
        AttachedPoliciesPerUserQuota: attachedPoliciesMax,
        AttachedPoliciesPerGroupQuota: attachedPoliciesMax,
        AttachedPoliciesPerRoleQuota: attachedPoliciesMax,
        GroupsPerUserQuota: groupsPerUserMax,
        VersionsPerPolicyQuota: policyVersionsMax,
      },
    }
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccountAliases.html: there is no way to make one yet, so there are none. */
export const ListAccountAliases = operation({
  input: pageInput,
  output: { AccountAliases: list(string({ min: 3, max: 63 })), ...pageOutput },
  handle(_iam: Iam) {
    return { AccountAliases: [], IsTruncated: false }
  },
})
