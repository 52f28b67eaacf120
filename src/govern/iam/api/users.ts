/** Users: making, reading, renaming, deleting, tagging, bounding. */
import { operation } from '../../../gateway/operation.ts'
import { list, optional } from '../../../gateway/shape.ts'
import { callerUser } from '../caller.ts'
import type { Iam } from '../iam.ts'
import { boundaryOn } from './holder-boundary.ts'
import { tagsOn } from './holder-tags.ts'
import {
  arn,
  existingUserName,
  pageAnswer,
  pageInput,
  pageOutput,
  pageRequest,
  path,
  pathPrefix,
  resourceOf,
  tagList,
  tagsOf,
  user,
  userAnswer,
  userListAnswer,
  userName,
} from './shapes.ts'

const resource = resourceOf('user', 'UserName')

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html */
export const CreateUser = operation({
  input: {
    Path: optional(path),
    UserName: userName,
    PermissionsBoundary: optional(arn),
    Tags: optional(tagList),
  },
  output: { User: optional(user) },
  resource,
  async handle(iam: Iam, input, call) {
    if (input.PermissionsBoundary !== undefined) iam.managed.get(call, input.PermissionsBoundary)
    const created = await iam.entities.create(call, 'user', {
      name: input.UserName,
      path: input.Path,
      boundary: input.PermissionsBoundary,
      tags: tagsOf(input.Tags),
    })
    return { User: userAnswer(created) }
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUser.html */
export const GetUser = operation({
  input: { UserName: optional(existingUserName) },
  output: { User: user },
  resource,
  handle(iam: Iam, input, call) {
    return { User: userAnswer(callerUser(iam, call, input.UserName)) }
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html */
export const ListUsers = operation({
  input: { PathPrefix: optional(pathPrefix), ...pageInput },
  output: { Users: list(user), ...pageOutput },
  resource: (input, call) => `arn:aws:iam::${call.account}:user${input.PathPrefix ?? '/'}`,
  handle(iam: Iam, input, call) {
    const page = iam.entities.list(call, 'user', { ...pageRequest(input), pathPrefix: input.PathPrefix })
    return { Users: page.items.map(userListAnswer), ...pageAnswer(page) }
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateUser.html */
export const UpdateUser = operation({
  input: { UserName: existingUserName, NewPath: optional(path), NewUserName: optional(userName) },
  output: {},
  // Both what it is and what it becomes must be allowed.
  resource: (input, call) => [
    resource(input, call),
    resource({ UserName: input.NewUserName ?? input.UserName, Path: input.NewPath }, call),
  ],
  async handle(iam: Iam, input, call) {
    await iam.entities.update(call, 'user', input.UserName, { name: input.NewUserName, path: input.NewPath })
    return {}
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html */
export const DeleteUser = operation({
  input: { UserName: existingUserName },
  output: {},
  resource,
  async handle(iam: Iam, input, call) {
    await iam.entities.delete(call, 'user', input.UserName)
    return {}
  },
})

const holding = { kind: 'user', member: 'UserName', name: existingUserName } as const
const boundary = boundaryOn({ ...holding, name: userName })
const tags = tagsOn(holding)

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPermissionsBoundary.html */
export const PutUserPermissionsBoundary = boundary.put

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUserPermissionsBoundary.html */
export const DeleteUserPermissionsBoundary = boundary.delete

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagUser.html */
export const TagUser = tags.tag

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagUser.html */
export const UntagUser = tags.untag

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUserTags.html */
export const ListUserTags = tags.list
