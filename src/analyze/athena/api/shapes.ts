/** Shapes that several operations of Athena share, and ARNs. */
import { boolean, enumeration, integer, list, map, optional, string, structure } from '../../../gateway/shape.ts'
import type { Athena } from '../athena.ts'
import { InvalidRequestException, malformedListToken } from '../faults.ts'
import type { Scope } from '../needs.ts'

export const workGroupName = string({ pattern: '[a-zA-Z0-9._-]{1,128}' })
export const queryId = string({ min: 1, max: 128, pattern: '\\S+' })
export const queryText = string({ min: 1, max: 262144 })
export const database = string({ min: 1, max: 255 })
export const catalogName = string({
  min: 1,
  max: 256,
  pattern: '[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\t]*',
})
export const token = string({ min: 1, max: 1024 })
export const idempotencyToken = string({ min: 32, max: 128 })
export const name = string({ min: 1, max: 128 })
export const description = string({ min: 1, max: 1024 })
export const parameters = map(string({ max: 51200 }), {
  key: string({
    min: 1,
    max: 255,
    pattern: '[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\t]*',
  }),
})
export const encryption = structure({
  EncryptionOption: enumeration('SSE_S3', 'SSE_KMS', 'CSE_KMS'),
})
export const acl = structure({ S3AclOption: enumeration('BUCKET_OWNER_FULL_CONTROL') })
export const accountId = string({ min: 12, max: 12, pattern: '^[0-9]+$' })
export const resultConfiguration = structure({
  OutputLocation: optional(string()),
  EncryptionConfiguration: optional(encryption),
  ExpectedBucketOwner: optional(accountId),
  AclConfiguration: optional(acl),
})
export const context = structure({ Database: optional(database), Catalog: optional(catalogName) })
export const engineVersion = structure({
  SelectedEngineVersion: optional(name),
  EffectiveEngineVersion: optional(name),
})
export const tags = list(
  structure({ Key: optional(string({ min: 1, max: 128 })), Value: optional(string({ min: 0, max: 256 })) }),
)
export function pairsOf(tags: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[]) {
  return tags.map(({ Key, Value = '' }) => {
    if (Key === undefined) throw new InvalidRequestException('Every tag needs a Key.')
    return [Key, Value] as const
  })
}
export const executionParameters = list(string({ min: 1, max: 1024 }), { min: 1 })
export const flag = boolean()
export const pageSize = (max: number, min = 1) => integer({ min, max })

export const workGroupArn = (scope: Scope, group: string): string =>
  `arn:aws:athena:${scope.region}:${scope.account}:workgroup/${group}`

export const dataCatalogArn = (scope: Scope, name: string): string =>
  `arn:aws:athena:${scope.region}:${scope.account}:datacatalog/${name}`

/** Who may see a query is said of its work group; one that is not there is asked for in the primary one. */
export const groupOfQuery = (
  { QueryExecutionId: id = '' }: { readonly QueryExecutionId?: string | undefined },
  call: Scope,
  athena: Athena,
): string => workGroupArn(call, athena.find(call, id)?.workGroup ?? 'primary')

export const groupOfNamedQuery = (
  { NamedQueryId: id = '' }: { readonly NamedQueryId?: string | undefined },
  call: Scope,
  athena: Athena,
): string => workGroupArn(call, athena.namedQueries.find(call, id)?.workGroup ?? 'primary')

/** Tokens are where the next page begins, so that they stay right whatever is added meanwhile. */
export const writeToken = (...position: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(position)).toString('base64url')

export function readToken<T extends readonly (string | number)[]>(text: string, ...kinds: readonly string[]): T {
  const position = positionIn<T>(text, ...kinds)
  if (position === undefined) throw malformedListToken(text)
  return position
}

/** Undefined where it is no token of ours. */
export function positionIn<T extends readonly (string | number)[]>(
  text: string,
  ...kinds: readonly string[]
): T | undefined {
  try {
    const position: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    if (Array.isArray(position) && position.length === kinds.length && position.every(isOfKind(kinds)))
      return position as unknown as T
  } catch {
    // Somebody else's text.
  }
  return undefined
}
const isOfKind = (kinds: readonly string[]) => (value: unknown, index: number) =>
  typeof value === kinds[index] && (typeof value !== 'number' || (Number.isSafeInteger(value) && value >= 0))
