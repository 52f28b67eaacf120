/**
 * What a policy document must be before it is stored, refused in AWS's words. It judges the form only; what the policy
 * means is `evaluate/`'s.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
import { isOperator } from './evaluate/conditions.ts'
import { MalformedPolicyDocument } from './faults.ts'
import { repeatedKey } from './repeated-key.ts'

export type DocumentUse = 'identity' | 'trust' | 'resource'

type Json = Readonly<Record<string, unknown>>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value])

const refuse = (words: string) => new MalformedPolicyDocument(words)
const syntax = () => refuse('Syntax errors in policy.')

const elements: ReadonlySet<string> = new Set([
  'Sid',
  'Effect',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Principal',
  'NotPrincipal',
  'Condition',
])

export function checkDocument(document: string, use: DocumentUse): void {
  let policy: unknown
  try {
    policy = JSON.parse(document)
  } catch {
    throw refuse('This policy contains invalid Json')
  }
  if (!isObject(policy)) throw syntax()
  // Of two keys alike one would silently not count: perhaps the condition that keeps others out.
  if (repeatedKey(document) !== undefined) throw syntax()
  for (const key of Object.keys(policy)) if (!['Version', 'Id', 'Statement'].includes(key)) throw syntax()
  if (policy.Version !== undefined && policy.Version !== '2012-10-17' && policy.Version !== '2008-10-17') throw syntax()
  if (use === 'identity' && policy.Version !== '2012-10-17')
    throw refuse('Policy document must be version 2012-10-17 or greater.')
  if (policy.Id !== undefined && typeof policy.Id !== 'string') throw syntax()
  const statements = listOf(policy.Statement)
  if (policy.Statement === undefined || statements.length === 0) throw syntax()
  const sids = new Set<string>()
  for (const statement of statements) {
    if (!isObject(statement)) throw syntax()
    checkStatement(statement, use)
    if (typeof statement.Sid !== 'string' || statement.Sid === '') continue
    if (sids.has(statement.Sid)) throw refuse('Statement IDs (SID) in a single policy must be unique.')
    sids.add(statement.Sid)
  }
}

function checkStatement(statement: Json, use: DocumentUse): void {
  for (const key of Object.keys(statement)) if (!elements.has(key)) throw syntax()
  if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny') throw syntax()
  if (statement.Sid !== undefined) {
    if (typeof statement.Sid !== 'string') throw syntax()
    if (use !== 'resource' && !/^[0-9A-Za-z]*$/.test(statement.Sid))
      throw refuse(
        'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
      )
  }
  checkActions(statement, use)
  checkResources(statement, use)
  checkPrincipals(statement, use)
  checkConditions(statement.Condition)
}

function checkActions(statement: Json, use: DocumentUse): void {
  if ((statement.Action === undefined) === (statement.NotAction === undefined)) {
    throw statement.Action === undefined ? refuse('Policy statement must contain actions.') : syntax()
  }
  for (const action of listOf(statement.Action ?? statement.NotAction)) {
    if (typeof action !== 'string') throw syntax()
    if (action === '*') continue
    const [vendor = '', name, ...more] = action.split(':')
    if (name === undefined) throw refuse('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.')
    if (more.length > 0) throw refuse('Actions/Condition can contain only one colon.')
    if (!/^[a-zA-Z0-9-]+$/.test(vendor)) throw refuse(`Vendor ${vendor} is not valid`)
    if (!/^[a-zA-Z0-9*?-]+$/.test(name)) throw syntax()
    if (use === 'trust' && vendor.toLowerCase() !== 'sts')
      throw refuse('AssumeRole policy may only specify STS AssumeRole actions.')
  }
}

function checkResources(statement: Json, use: DocumentUse): void {
  const given = statement.Resource ?? statement.NotResource
  if (use === 'trust') {
    if (given !== undefined) throw refuse('Has prohibited field Resource')
    return
  }
  if (statement.Resource !== undefined && statement.NotResource !== undefined) throw syntax()
  if (given === undefined || listOf(given).length === 0) throw refuse('Policy statement must contain resources.')
  for (const resource of listOf(given)) {
    if (typeof resource !== 'string') throw syntax()
    checkResource(resource)
  }
}

function checkResource(resource: string): void {
  if (resource === '*' || resource.startsWith('${')) return
  const [arn, partition, service, region] = resource.split(':')
  if (arn !== 'arn' || partition === undefined) throw refuse(`Resource ${resource} must be in ARN format or "*".`)
  if (!/^[a-z*?-]+$/.test(partition)) throw refuse(`Partition "${partition}" is not valid for resource "${resource}".`)
  if (service === 's3' && region !== undefined && region !== '' && region !== '*')
    throw refuse(`Resource ${resource} can not contain region information.`)
  if (service === 'iam' && region !== undefined && region !== '' && region !== '*')
    throw refuse(`IAM resource ${resource} cannot contain region information.`)
}

function checkPrincipals(statement: Json, use: DocumentUse): void {
  const given = statement.Principal ?? statement.NotPrincipal
  if (use === 'identity') {
    if (given !== undefined) throw refuse('Policy document should not specify a principal.')
    return
  }
  if (given === undefined) throw refuse('Missing required field Principal')
  if (given === '*') return
  if (!isObject(given) || Object.keys(given).length === 0) throw syntax()
  for (const [kind, values] of Object.entries(given)) {
    if (!['AWS', 'Service', 'Federated', 'CanonicalUser'].includes(kind)) throw syntax()
    for (const value of listOf(values)) {
      if (typeof value !== 'string' || value === '')
        throw refuse(`Invalid principal in policy: "${kind}":${JSON.stringify(value)}`)
      if (kind === 'AWS') checkAwsPrincipal(value)
    }
  }
}

/** Whether it exists is asked where the users and roles are known. */
function checkAwsPrincipal(value: string): void {
  const isId = /^(AIDA|AROA)[A-Z0-9]{12,}$/.test(value)
  const isArn = /^arn:aws:(iam::\d{12}:(root|user\/.+|role\/.+)|sts::\d{12}:(assumed-role|federated-user)\/.+)$/.test(
    value,
  )
  if (value !== '*' && !/^\d{12}$/.test(value) && !isId && !isArn)
    throw refuse(`Invalid principal in policy: "AWS":"${value}"`)
}

function checkConditions(condition: unknown): void {
  if (condition === undefined) return
  if (!isObject(condition)) throw syntax()
  for (const [operator, keys] of Object.entries(condition)) {
    if (!isOperator(operator)) throw refuse(`Invalid Condition type : ${operator}.`)
    if (!isObject(keys)) throw syntax()
    for (const [key, values] of Object.entries(keys)) {
      if (!key.includes(':')) throw refuse('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.')
      for (const value of listOf(values)) if (!['string', 'number', 'boolean'].includes(typeof value)) throw syntax()
    }
  }
}
