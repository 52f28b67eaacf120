/** The account as a whole: what it has, counted, and what it is called. */
import { operation } from '../../../gateway/operation.ts'
import { integer, list, map, optional, string } from '../../../gateway/shape.ts'
import { noPasswordPolicy } from '../faults.ts'
import type { Iam } from '../iam.ts'
import {
  accessKeysPerUserMax,
  attachedPoliciesMax,
  groupsPerUserMax,
  inlineCharactersMax,
  managedPolicyCharactersMax,
  policyVersionsMax,
  trustPolicyCharactersMax,
} from '../limits.ts'
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
        PolicyVersionsInUse: counted.policyVersions,
        AccountAccessKeysPresent: counted.rootKeys,
        // What nobody can have here; clients read them without a look whether they are there.
        AccountMFAEnabled: 0,
        AccountPasswordPresent: 0,
        AccountSigningCertificatesPresent: 0,
        MFADevices: 0,
        MFADevicesInUse: 0,
        Providers: 0,
        ServerCertificates: 0,
        PolicySizeQuota: managedPolicyCharactersMax,
        AssumeRolePolicySizeQuota: trustPolicyCharactersMax,
        UserPolicySizeQuota: inlineCharactersMax.user,
        RolePolicySizeQuota: inlineCharactersMax.role,
        GroupPolicySizeQuota: inlineCharactersMax.group,
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

const accountAlias = string({ min: 3, max: 63, pattern: '[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]' })

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccountAlias.html */
export const CreateAccountAlias = operation({
  input: { AccountAlias: accountAlias },
  output: {},
  async handle(iam: Iam, input, call) {
    await iam.aliases.create(call, input.AccountAlias)
    return {}
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccountAliases.html */
export const ListAccountAliases = operation({
  input: pageInput,
  output: { AccountAliases: list(accountAlias), ...pageOutput },
  handle(iam: Iam, _, call) {
    const alias = iam.aliases.of(call)
    return { AccountAliases: alias === undefined ? [] : [alias], IsTruncated: false }
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccountAlias.html */
export const DeleteAccountAlias = operation({
  input: { AccountAlias: accountAlias },
  output: {},
  async handle(iam: Iam, input, call) {
    await iam.aliases.delete(call, input.AccountAlias)
    return {}
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountPasswordPolicy.html: users have no passwords, so there is none. */
export const GetAccountPasswordPolicy = operation({
  input: {},
  output: {},
  handle(_: Iam, _input, call) {
    throw noPasswordPolicy(call.account)
  },
})
