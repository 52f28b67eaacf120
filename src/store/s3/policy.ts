// A bucket's policy: what S3 refuses to take, and whether what it takes makes the bucket public. What the policy then
// allows is IAM's to decide.
import { Fault } from '../../gateway/fault.ts'
import type { Bucket } from './bucket.ts'
import { malformedPolicy } from './faults.ts'
import { policyBytesMax } from './limits.ts'

interface Statement {
  readonly Effect?: unknown
  readonly Principal?: unknown
  readonly NotPrincipal?: unknown
  readonly Action?: unknown
  readonly NotAction?: unknown
  readonly Resource?: unknown
  readonly NotResource?: unknown
  readonly Condition?: unknown
}

const policyVersions = new Set<unknown>(['2012-10-17', '2008-10-17'])

/** @throws MalformedPolicy with what is wrong */
export function checkPolicy(bucket: Bucket, text: string): void {
  if (Buffer.byteLength(text) > policyBytesMax)
    throw new Fault(
      'PolicyTooLarge',
      400,
      `The policy is larger than the ${policyBytesMax} bytes a bucket's policy may have.`,
    )
  const policy = parsed(text)
  if (policy.Version !== undefined && !policyVersions.has(policy.Version))
    throw malformedPolicy('The policy must contain a valid version string')
  const statements = statementsOf(policy)
  if (statements.length === 0) throw malformedPolicy('Missing required field Statement')
  for (const statement of statements) checkStatement(bucket, statement)
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html, "The meaning of public" */
export function isPublic(text: string): boolean {
  return statementsOf(parsed(text)).some(
    statement => statement.Effect === 'Allow' && isEverybody(statement.Principal) && !isNarrowed(statement.Condition),
  )
}

function parsed(text: string): { readonly Version?: unknown; readonly Statement?: unknown } {
  try {
    const policy: unknown = JSON.parse(text)
    if (typeof policy === 'object' && policy !== null && !Array.isArray(policy)) return policy
  } catch {
    // Told below, as anything else that is no object.
  }
  throw malformedPolicy("Policies must be valid JSON and the first byte must be '{'")
}

function statementsOf(policy: { readonly Statement?: unknown }): readonly Statement[] {
  const list = asList(policy.Statement)
  if (!list.every(isObject)) throw malformedPolicy('Syntax errors in policy.')
  return list as readonly Statement[]
}

function checkStatement(bucket: Bucket, statement: Statement): void {
  if (statement.Effect === undefined) throw malformedPolicy('Missing required field Effect')
  if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny')
    throw malformedPolicy(`Invalid effect: ${String(statement.Effect)}`)
  if (statement.Principal === undefined && statement.NotPrincipal === undefined)
    throw malformedPolicy('Missing required field Principal')
  if (!isPrincipal(statement.Principal ?? statement.NotPrincipal)) throw malformedPolicy('Invalid principal in policy')
  const actions = asList(statement.Action ?? statement.NotAction)
  if (actions.length === 0) throw malformedPolicy('Missing required field Action')
  if (!actions.every(action => typeof action === 'string' && /^(\*|s3:.+)$/i.test(action)))
    throw malformedPolicy('Policy has invalid action')
  const resources = asList(statement.Resource ?? statement.NotResource)
  if (resources.length === 0) throw malformedPolicy('Missing required field Resource')
  if (!resources.every(resource => isWithin(bucket, resource))) throw malformedPolicy('Policy has invalid resource')
  if (statement.Condition !== undefined && !isObject(statement.Condition))
    throw malformedPolicy('Conditions do not apply to combination of actions and resources in statement')
}

const isPrincipal = (principal: unknown) =>
  principal === '*' ||
  (isObject(principal) &&
    Object.entries(principal).length > 0 &&
    Object.entries(principal).every(
      ([kind, who]) =>
        ['AWS', 'Service', 'Federated', 'CanonicalUser'].includes(kind) &&
        asList(who).length > 0 &&
        asList(who).every(one => typeof one === 'string' && one !== ''),
    ))

/** The bucket itself, or keys in it; wildcards may stand for either. */
function isWithin(bucket: Bucket, resource: unknown): boolean {
  const pattern = typeof resource === 'string' ? /^(?:arn:aws:s3:::(?<name>[^/]+)(?:\/.+)?|\*)$/.exec(resource) : null
  if (pattern === null) return false
  const name = pattern.groups?.name
  if (name === undefined || name.includes('${')) return true
  const expression = name
    .replace(/[.+^()|[\]{}\\$]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${expression}$`).test(bucket.name)
}

const isEverybody = (principal: unknown) =>
  principal === '*' || (isObject(principal) && asList((principal as { AWS?: unknown }).AWS).includes('*'))

const narrowingKeys = new Set([
  'aws:principalorgid',
  'aws:principalarn',
  'aws:principalaccount',
  'aws:sourceaccount',
  'aws:sourcearn',
  'aws:sourceowner',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:sourceip',
  'aws:userid',
  's3:dataaccesspointaccount',
  's3:dataaccesspointarn',
  's3:x-amz-server-side-encryption-aws-kms-key-id',
])

/** By a condition that names fixed values of who may come, or from where. */
function isNarrowed(condition: unknown): boolean {
  if (!isObject(condition)) return false
  return Object.values(condition)
    .filter(isObject)
    .flatMap(keys => Object.entries(keys))
    .some(
      ([key, values]) =>
        narrowingKeys.has(key.toLowerCase()) &&
        asList(values).every(value => typeof value === 'string' && !/[*?]|^0\.0\.0\.0\/|^::\/0$/.test(value)),
    )
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const asList = (value: unknown): readonly unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value]
