/** All that decides in an account, in one listing: who there is, what hangs on him, and the policies' texts. Auditing tools read it. */
import { type Call, operation } from '../../../gateway/operation.ts'
import { boolean, enumeration, integer, list, optional, string, structure, timestamp } from '../../../gateway/shape.ts'
import type { Entity } from '../entities.ts'
import type { Iam } from '../iam.ts'
import { type Authorization, authorizationPage } from '../listing.ts'
import type { ManagedPolicy } from '../managed-policies.ts'
import {
  arn,
  boundary,
  boundaryAnswer,
  encodedDocument,
  groupAnswer,
  groupName,
  instanceProfile,
  pageAnswer,
  pageInput,
  pageOutput,
  pageRequest,
  path,
  policyDocument,
  policyName,
  profileAnswer,
  roleName,
  tagList,
  tagsAnswer,
  userListAnswer,
  userName,
  versionId,
} from './shapes.ts'

const id = string({ min: 16, max: 128, pattern: '[\\w]+' })
const inline = optional(list(structure({ PolicyName: optional(policyName), PolicyDocument: optional(policyDocument) })))
const attached = optional(list(structure({ PolicyName: optional(policyName), PolicyArn: optional(arn) })))
const common = { Path: optional(path), Arn: optional(arn), CreateDate: optional(timestamp()) }
const bounded = { PermissionsBoundary: optional(boundary), Tags: optional(tagList) }

const userDetail = structure({
  ...common,
  ...bounded,
  UserName: optional(userName),
  UserId: optional(id),
  UserPolicyList: inline,
  GroupList: optional(list(groupName)),
  AttachedManagedPolicies: attached,
})
const groupDetail = structure({
  ...common,
  GroupName: optional(groupName),
  GroupId: optional(id),
  GroupPolicyList: inline,
  AttachedManagedPolicies: attached,
})
const roleDetail = structure({
  ...common,
  ...bounded,
  RoleName: optional(roleName),
  RoleId: optional(id),
  AssumeRolePolicyDocument: optional(policyDocument),
  InstanceProfileList: optional(list(instanceProfile)),
  RolePolicyList: inline,
  AttachedManagedPolicies: attached,
})
const policyDetail = structure({
  PolicyName: optional(policyName),
  PolicyId: optional(id),
  Arn: optional(arn),
  Path: optional(path),
  DefaultVersionId: optional(versionId),
  AttachmentCount: optional(integer()),
  PermissionsBoundaryUsageCount: optional(integer()),
  IsAttachable: optional(boolean()),
  CreateDate: optional(timestamp()),
  UpdateDate: optional(timestamp()),
  PolicyVersionList: optional(
    list(
      structure({
        Document: optional(policyDocument),
        VersionId: optional(versionId),
        IsDefaultVersion: optional(boolean()),
        CreateDate: optional(timestamp()),
      }),
    ),
  ),
})

const sections = {
  User: 'user',
  Group: 'group',
  Role: 'role',
  LocalManagedPolicy: 'local policy',
  AWSManagedPolicy: 'AWS policy',
} as const

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html */
export const GetAccountAuthorizationDetails = operation({
  input: {
    Filter: optional(list(enumeration('User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy'))),
    ...pageInput,
  },
  output: {
    UserDetailList: optional(list(userDetail)),
    GroupDetailList: optional(list(groupDetail)),
    RoleDetailList: optional(list(roleDetail)),
    Policies: optional(list(policyDetail)),
    ...pageOutput,
  },
  handle(iam: Iam, input, call) {
    const wanted = input.Filter?.map(filter => sections[filter]) ?? Object.values(sections)
    const page = authorizationPage(iam, call, wanted, pageRequest(input))
    const entities = (kind: Authorization['section']) =>
      page.items.flatMap(one => (one.section === kind && one.entity ? [one.entity] : []))
    return {
      UserDetailList: entities('user').map(user => ({
        ...userListAnswer(user),
        ...boundaryAnswer(user),
        Tags: tagsAnswer(user.tags),
        UserPolicyList: inlineOf(iam, user),
        GroupList: iam.memberships.holders(user).map(group => group.name),
        AttachedManagedPolicies: attachedTo(iam, user),
      })),
      GroupDetailList: entities('group').map(group => ({
        ...groupAnswer(group),
        GroupPolicyList: inlineOf(iam, group),
        AttachedManagedPolicies: attachedTo(iam, group),
      })),
      RoleDetailList: entities('role').map(role => ({
        Path: role.path,
        Arn: role.arn,
        CreateDate: role.createdAt,
        RoleName: role.name,
        RoleId: role.id,
        AssumeRolePolicyDocument: encodedDocument(role.trust ?? ''),
        ...boundaryAnswer(role),
        Tags: tagsAnswer(role.tags),
        InstanceProfileList: iam.memberships.holders(role).map(profile => profileAnswer(profile, [role])),
        RolePolicyList: inlineOf(iam, role),
        AttachedManagedPolicies: attachedTo(iam, role),
      })),
      Policies: page.items.flatMap(one => (one.policy ? [policyOf(iam, call, one.policy)] : [])),
      ...pageAnswer(page),
    }
  },
})

const inlineOf = (iam: Iam, entity: Entity) =>
  iam.inline.all(entity).map(({ name, document }) => ({ PolicyName: name, PolicyDocument: encodedDocument(document) }))

const attachedTo = (iam: Iam, entity: Entity) =>
  iam.attachments.arns(entity).map(PolicyArn => ({ PolicyName: iam.managed.get(entity, PolicyArn).name, PolicyArn }))

function policyOf(iam: Iam, call: Call, policy: ManagedPolicy) {
  const { attached: count, bounding } = iam.attachments.count(call, policy.arn)
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: `v${policy.defaultVersion}`,
    AttachmentCount: count,
    PermissionsBoundaryUsageCount: bounding,
    IsAttachable: true,
    CreateDate: policy.createdAt,
    UpdateDate: policy.updatedAt,
    PolicyVersionList: iam.managed.versions(call, policy.arn).map(version => ({
      Document: encodedDocument(version.document),
      VersionId: `v${version.version}`,
      IsDefaultVersion: version.isDefault,
      CreateDate: version.createdAt,
    })),
  }
}
