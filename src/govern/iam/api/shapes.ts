/** The shapes that IAM's operations share, and how a part's values become AWS's. */
import type { Call } from '../../../gateway/operation.ts'
import {
  boolean,
  enumeration,
  integer,
  list,
  optional,
  sensitive,
  string,
  structure,
  timestamp,
} from '../../../gateway/shape.ts'
import { arnOf, type Entity } from '../entities.ts'
import type { Kind } from '../faults.ts'
import type { Tags } from '../needs.ts'
import type { Page } from '../paging.ts'

const namePattern = '[\\w+=,.@-]+'
const documentPattern = '[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+'

export const userName = string({ min: 1, max: 64, pattern: namePattern })
export const existingUserName = string({ min: 1, max: 128, pattern: namePattern })
export const roleName = string({ min: 1, max: 64, pattern: namePattern })
export const groupName = string({ min: 1, max: 128, pattern: namePattern })
export const profileName = string({ min: 1, max: 128, pattern: namePattern })
export const policyName = string({ min: 1, max: 128, pattern: namePattern })
export const path = string({ min: 1, max: 512, pattern: '(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)' })
export const pathPrefix = string({ min: 1, max: 512, pattern: '\\u002F[\\u0021-\\u007F]*' })
export const policyPath = string({ min: 1, max: 512, pattern: '((/[A-Za-z0-9\\.,\\+@=_-]+)*)/' })
export const arn = string({ min: 20, max: 2048 })
export const policyDocument = string({ min: 1, max: 131_072, pattern: documentPattern })
export const versionId = string({ pattern: 'v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?' })
export const accessKeyId = string({ min: 16, max: 128, pattern: '[\\w]+' })
export const accessKeyStatus = enumeration('Active', 'Inactive', 'Expired')
export const secretAccessKey = sensitive(string())
export const roleDescription = string({
  max: 1000,
  pattern: '[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*',
})
export const sessionDuration = integer({ min: 3600, max: 43_200 })
const id = string({ min: 16, max: 128, pattern: '[\\w]+' })

const tagKey = string({ min: 1, max: 128, pattern: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+' })
const tagValue = string({ min: 0, max: 256, pattern: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*' })
export const tagList = list(structure({ Key: tagKey, Value: tagValue }), { max: 50 })
export const tagKeys = list(tagKey, { max: 50 })

export const pageInput = {
  Marker: optional(string({ min: 1, max: 320, pattern: '[\\u0020-\\u00FF]+' })),
  MaxItems: optional(integer({ min: 1, max: 1000 })),
}
export const pageOutput = { IsTruncated: optional(boolean()), Marker: optional(string()) }

interface PageInput {
  readonly Marker?: string | undefined
  readonly MaxItems?: number | undefined
}
export const pageRequest = (input: PageInput) => ({ marker: input.Marker, itemsMax: input.MaxItems })
export const pageAnswer = ({ truncated, marker }: Page<unknown>) => ({
  IsTruncated: truncated,
  ...(marker !== undefined && { Marker: marker }),
})

export const tagsOf = (tags: readonly { readonly Key: string; readonly Value: string }[] | undefined): Tags =>
  Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key, Value]))
export const tagsAnswer = (tags: Tags) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))

export const without =
  (keys: readonly string[]) =>
  (tags: Tags): Tags =>
    Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)))

/** IAM's answers carry documents percent-encoded, as RFC 3986 has it. */
export const encodedDocument = (document: string): string =>
  encodeURIComponent(document).replace(
    /[!'()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )

export const boundary = structure({
  PermissionsBoundaryType: optional(enumeration('PermissionsBoundaryPolicy')),
  PermissionsBoundaryArn: optional(arn),
})

export const user = structure({
  Path: path,
  UserName: userName,
  UserId: id,
  Arn: arn,
  CreateDate: timestamp(),
  PermissionsBoundary: optional(boundary),
  Tags: optional(tagList),
})
export const role = structure({
  Path: path,
  RoleName: roleName,
  RoleId: id,
  Arn: arn,
  CreateDate: timestamp(),
  AssumeRolePolicyDocument: optional(policyDocument),
  Description: optional(roleDescription),
  MaxSessionDuration: optional(sessionDuration),
  PermissionsBoundary: optional(boundary),
  Tags: optional(tagList),
})
export const group = structure({ Path: path, GroupName: groupName, GroupId: id, Arn: arn, CreateDate: timestamp() })
export const instanceProfile = structure({
  Path: path,
  InstanceProfileName: profileName,
  InstanceProfileId: id,
  Arn: arn,
  CreateDate: timestamp(),
  Roles: list(role),
  Tags: optional(tagList),
})

const common = (entity: Entity) => ({ Path: entity.path, Arn: entity.arn, CreateDate: entity.createdAt })
export const boundaryAnswer = (entity: Entity) =>
  entity.boundary === undefined
    ? {}
    : {
        PermissionsBoundary: {
          PermissionsBoundaryType: 'PermissionsBoundaryPolicy' as const,
          PermissionsBoundaryArn: entity.boundary,
        },
      }
const tags = (entity: Entity) => (Object.keys(entity.tags).length > 0 ? { Tags: tagsAnswer(entity.tags) } : {})

// AWS tells less of what it has just made than of what is read, and least in lists: no tags and no boundary.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html

export const userListAnswer = (entity: Entity) => ({ ...common(entity), UserName: entity.name, UserId: entity.id })
export const userAnswer = (entity: Entity) => ({
  ...userListAnswer(entity),
  ...boundaryAnswer(entity),
  ...tags(entity),
})

const roleOfProfile = (entity: Entity) => ({
  ...common(entity),
  RoleName: entity.name,
  RoleId: entity.id,
  AssumeRolePolicyDocument: encodedDocument(entity.trust ?? ''),
  ...(entity.description !== undefined && { Description: entity.description }),
})
const session = (entity: Entity) => ({ MaxSessionDuration: entity.sessionSecondsMax ?? 3600 })
export const madeRoleAnswer = (entity: Entity) => ({
  ...roleOfProfile(entity),
  ...boundaryAnswer(entity),
  ...tags(entity),
})
export const roleAnswer = (entity: Entity) => ({ ...madeRoleAnswer(entity), ...session(entity) })
export const roleListAnswer = (entity: Entity) => ({ ...roleOfProfile(entity), ...session(entity) })
export const groupAnswer = (entity: Entity) => ({ ...common(entity), GroupName: entity.name, GroupId: entity.id })
export const profileAnswer = (entity: Entity, roles: readonly Entity[]) => ({
  ...common(entity),
  InstanceProfileName: entity.name,
  InstanceProfileId: entity.id,
  Roles: roles.map(roleOfProfile),
})

/**
 * The resource of a question about something that has a name. It is asked before the operation looks, so an unknown name
 * is asked about as if it stood at the root path. (`on` hands the part to handlers only; the path comes from the input.)
 */
export const resourceOf =
  <K extends string>(kind: Kind, member: K) =>
  (input: Readonly<Partial<Record<K | 'Path', string | undefined>>>, call: Call): string => {
    const name = input[member]
    if (name === undefined) return call.principal.kind === 'user' ? call.principal.arn : '*'
    return arnOf(kind, { account: call.account, path: input.Path ?? '/', name })
  }
