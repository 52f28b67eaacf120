/** Access keys of users, and of the account's root for whoever is it. */
import { operation } from '../../../gateway/operation.ts'
import { list, optional, string, structure, timestamp } from '../../../gateway/shape.ts'
import type { AccessKey } from '../access-keys.ts'
import { callerUser, userOrRoot } from '../caller.ts'
import { expiredStatus, noSuchAccessKey } from '../faults.ts'
import type { Iam } from '../iam.ts'
import { paged } from '../paging.ts'
import {
  accessKeyId,
  accessKeyStatus,
  existingUserName,
  pageAnswer,
  pageInput,
  pageOutput,
  pageRequest,
  resourceOf,
  secretAccessKey,
  userName,
} from './shapes.ts'

const resource = resourceOf('user', 'UserName')
const status = ({ active }: AccessKey) => (active ? ('Active' as const) : ('Inactive' as const))

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html */
export const CreateAccessKey = operation({
  input: { UserName: optional(existingUserName) },
  output: {
    AccessKey: structure({
      UserName: userName,
      AccessKeyId: accessKeyId,
      Status: accessKeyStatus,
      SecretAccessKey: secretAccessKey,
      CreateDate: optional(timestamp()),
    }),
  },
  resource,
  async handle(iam: Iam, input, call) {
    const key = await iam.accessKeys.create(call, userOrRoot(iam, call, input.UserName))
    return {
      AccessKey: {
        UserName: callerUser(iam, call, input.UserName).name,
        AccessKeyId: key.key,
        Status: status(key),
        SecretAccessKey: key.secret,
        CreateDate: key.createdAt,
      },
    }
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccessKeys.html */
export const ListAccessKeys = operation({
  input: { UserName: optional(existingUserName), ...pageInput },
  output: {
    AccessKeyMetadata: list(
      structure({
        UserName: optional(userName),
        AccessKeyId: optional(accessKeyId),
        Status: optional(accessKeyStatus),
        CreateDate: optional(timestamp()),
      }),
    ),
    ...pageOutput,
  },
  resource,
  handle(iam: Iam, input, call) {
    const owner = userOrRoot(iam, call, input.UserName)
    const page = paged(iam.accessKeys.list(call, owner), pageRequest(input), key => key.key)
    return {
      AccessKeyMetadata: page.items.map(key => ({
        ...(owner && { UserName: owner.name }),
        AccessKeyId: key.key,
        Status: status(key),
        CreateDate: key.createdAt,
      })),
      ...pageAnswer(page),
    }
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccessKey.html */
export const UpdateAccessKey = operation({
  input: { UserName: optional(existingUserName), AccessKeyId: accessKeyId, Status: accessKeyStatus },
  output: {},
  resource,
  async handle(iam: Iam, input, call) {
    if (input.Status === 'Expired') throw expiredStatus()
    const owner = userOrRoot(iam, call, input.UserName)
    await iam.accessKeys.setActive(call, owner, input.AccessKeyId, input.Status === 'Active')
    return {}
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccessKey.html */
export const DeleteAccessKey = operation({
  input: { UserName: optional(existingUserName), AccessKeyId: accessKeyId },
  output: {},
  resource,
  async handle(iam: Iam, input, call) {
    await iam.accessKeys.delete(call, userOrRoot(iam, call, input.UserName), input.AccessKeyId)
    return {}
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html */
export const GetAccessKeyLastUsed = operation({
  input: { AccessKeyId: accessKeyId },
  output: {
    UserName: optional(existingUserName),
    AccessKeyLastUsed: optional(
      structure({ LastUsedDate: optional(timestamp()), ServiceName: string(), Region: string() }),
    ),
  },
  handle(iam: Iam, input, call) {
    const key = iam.accessKeys.find(input.AccessKeyId)
    if (key?.account !== call.account) throw noSuchAccessKey(input.AccessKeyId)
    const owner = key.owner === undefined ? undefined : iam.entities.byId(key.owner)
    const used = iam.accessKeys.lastUse(key)
    return {
      ...(owner && { UserName: owner.name }),
      AccessKeyLastUsed: used
        ? { LastUsedDate: used.at, ServiceName: used.service, Region: used.region }
        : { ServiceName: 'N/A', Region: 'N/A' },
    }
  },
})
