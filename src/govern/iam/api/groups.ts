/** Groups and who is in them. */
import { operation } from '../../../gateway/operation.ts'
import { list, optional } from '../../../gateway/shape.ts'
import type { Iam } from '../iam.ts'
import { paged } from '../paging.ts'
import {
  existingUserName,
  group,
  groupAnswer,
  groupName,
  pageAnswer,
  pageInput,
  pageOutput,
  pageRequest,
  path,
  pathPrefix,
  resourceOf,
  user,
  userListAnswer,
} from './shapes.ts'

const resource = resourceOf('group', 'GroupName')

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateGroup.html */
export const CreateGroup = operation({
  input: { Path: optional(path), GroupName: groupName },
  output: { Group: group },
  resource,
  async handle(iam: Iam, input, call) {
    const created = await iam.entities.create(call, 'group', { name: input.GroupName, path: input.Path })
    return { Group: groupAnswer(created) }
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetGroup.html */
export const GetGroup = operation({
  input: { GroupName: groupName, ...pageInput },
  output: { Group: group, Users: list(user), ...pageOutput },
  resource,
  handle(iam: Iam, input, call) {
    const found = iam.entities.get(call, 'group', input.GroupName)
    const page = paged(iam.memberships.members(found), pageRequest(input), member => member.name)
    return { Group: groupAnswer(found), Users: page.items.map(userListAnswer), ...pageAnswer(page) }
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroups.html */
export const ListGroups = operation({
  input: { PathPrefix: optional(pathPrefix), ...pageInput },
  output: { Groups: list(group), ...pageOutput },
  resource: (input, call) => `arn:aws:iam::${call.account}:group${input.PathPrefix ?? '/'}`,
  handle(iam: Iam, input, call) {
    const page = iam.entities.list(call, 'group', { ...pageRequest(input), pathPrefix: input.PathPrefix })
    return { Groups: page.items.map(groupAnswer), ...pageAnswer(page) }
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateGroup.html */
export const UpdateGroup = operation({
  input: { GroupName: groupName, NewPath: optional(path), NewGroupName: optional(groupName) },
  output: {},
  // Both what it is and what it becomes must be allowed.
  resource: (input, call) => [
    resource(input, call),
    resource({ GroupName: input.NewGroupName ?? input.GroupName, Path: input.NewPath }, call),
  ],
  async handle(iam: Iam, input, call) {
    await iam.entities.update(call, 'group', input.GroupName, { name: input.NewGroupName, path: input.NewPath })
    return {}
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteGroup.html */
export const DeleteGroup = operation({
  input: { GroupName: groupName },
  output: {},
  resource,
  async handle(iam: Iam, input, call) {
    await iam.entities.delete(call, 'group', input.GroupName)
    return {}
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddUserToGroup.html */
export const AddUserToGroup = operation({
  input: { GroupName: groupName, UserName: existingUserName },
  output: {},
  resource,
  async handle(iam: Iam, input, call) {
    const member = iam.entities.get(call, 'user', input.UserName) // AWS misses the user before the group
    await iam.memberships.add(iam.entities.get(call, 'group', input.GroupName), member)
    return {}
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveUserFromGroup.html */
export const RemoveUserFromGroup = operation({
  input: { GroupName: groupName, UserName: existingUserName },
  output: {},
  resource,
  async handle(iam: Iam, input, call) {
    const member = iam.entities.get(call, 'user', input.UserName) // AWS misses the user before the group
    await iam.memberships.remove(iam.entities.get(call, 'group', input.GroupName), member)
    return {}
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroupsForUser.html */
export const ListGroupsForUser = operation({
  input: { UserName: existingUserName, ...pageInput },
  output: { Groups: list(group), ...pageOutput },
  resource: resourceOf('user', 'UserName'),
  handle(iam: Iam, input, call) {
    const groups = iam.memberships.holders(iam.entities.get(call, 'user', input.UserName))
    const page = paged(groups, pageRequest(input), one => one.name)
    return { Groups: page.items.map(groupAnswer), ...pageAnswer(page) }
  },
})
