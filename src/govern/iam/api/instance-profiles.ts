/** Instance profiles: the holder of one role that Terraform and EC2 know. */
import { operation } from '../../../gateway/operation.ts'
import { list, optional } from '../../../gateway/shape.ts'
import type { Entity } from '../entities.ts'
import type { Iam } from '../iam.ts'
import { paged } from '../paging.ts'
import { tagsOn } from './holder-tags.ts'
import {
  instanceProfile,
  pageAnswer,
  pageInput,
  pageOutput,
  pageRequest,
  path,
  pathPrefix,
  profileAnswer,
  profileName,
  resourceOf,
  roleName,
  tagList,
  tagsAnswer,
  tagsOf,
} from './shapes.ts'

const resource = resourceOf('profile', 'InstanceProfileName')
const answer = (iam: Iam, profile: Entity) => profileAnswer(profile, iam.memberships.members(profile))

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateInstanceProfile.html */
export const CreateInstanceProfile = operation({
  input: { InstanceProfileName: profileName, Path: optional(path), Tags: optional(tagList) },
  output: { InstanceProfile: instanceProfile },
  resource,
  async handle(iam: Iam, input, call) {
    const created = await iam.entities.create(call, 'profile', {
      name: input.InstanceProfileName,
      path: input.Path,
      tags: tagsOf(input.Tags),
    })
    return { InstanceProfile: { ...answer(iam, created), ...(input.Tags && { Tags: tagsAnswer(created.tags) }) } }
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetInstanceProfile.html */
export const GetInstanceProfile = operation({
  input: { InstanceProfileName: profileName },
  output: { InstanceProfile: instanceProfile },
  resource,
  handle(iam: Iam, input, call) {
    const found = iam.entities.get(call, 'profile', input.InstanceProfileName)
    return { InstanceProfile: { ...answer(iam, found), Tags: tagsAnswer(found.tags) } }
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListInstanceProfiles.html */
export const ListInstanceProfiles = operation({
  input: { PathPrefix: optional(pathPrefix), ...pageInput },
  output: { InstanceProfiles: list(instanceProfile), ...pageOutput },
  resource: (input, call) => `arn:aws:iam::${call.account}:instance-profile${input.PathPrefix ?? '/'}`,
  handle(iam: Iam, input, call) {
    const page = iam.entities.list(call, 'profile', { ...pageRequest(input), pathPrefix: input.PathPrefix })
    return { InstanceProfiles: page.items.map(one => answer(iam, one)), ...pageAnswer(page) }
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListInstanceProfilesForRole.html */
export const ListInstanceProfilesForRole = operation({
  input: { RoleName: roleName, ...pageInput },
  output: { InstanceProfiles: list(instanceProfile), ...pageOutput },
  resource: resourceOf('role', 'RoleName'),
  handle(iam: Iam, input, call) {
    const profiles = iam.memberships.holders(iam.entities.get(call, 'role', input.RoleName))
    const page = paged(profiles, pageRequest(input), one => one.name)
    return { InstanceProfiles: page.items.map(one => answer(iam, one)), ...pageAnswer(page) }
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteInstanceProfile.html */
export const DeleteInstanceProfile = operation({
  input: { InstanceProfileName: profileName },
  output: {},
  resource,
  async handle(iam: Iam, input, call) {
    await iam.entities.delete(call, 'profile', input.InstanceProfileName)
    return {}
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddRoleToInstanceProfile.html */
export const AddRoleToInstanceProfile = operation({
  input: { InstanceProfileName: profileName, RoleName: roleName },
  output: {},
  resource,
  async handle(iam: Iam, input, call) {
    const profile = iam.entities.get(call, 'profile', input.InstanceProfileName)
    await iam.memberships.add(profile, iam.entities.get(call, 'role', input.RoleName))
    return {}
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveRoleFromInstanceProfile.html */
export const RemoveRoleFromInstanceProfile = operation({
  input: { InstanceProfileName: profileName, RoleName: roleName },
  output: {},
  resource,
  async handle(iam: Iam, input, call) {
    const profile = iam.entities.get(call, 'profile', input.InstanceProfileName)
    await iam.memberships.remove(profile, iam.entities.get(call, 'role', input.RoleName))
    return {}
  },
})

const tags = tagsOn({ kind: 'profile', member: 'InstanceProfileName', name: profileName })

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagInstanceProfile.html */
export const TagInstanceProfile = tags.tag

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagInstanceProfile.html */
export const UntagInstanceProfile = tags.untag

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListInstanceProfileTags.html */
export const ListInstanceProfileTags = tags.list
