/**
 * A policy document as the evaluation wants it: every element a list, the effect sure. What is malformed was refused when
 * the document was stored (`../document.ts`); here a statement that cannot be read matches nothing.
 */
import type { Condition } from './conditions.ts'
import { compile, type Pattern } from './wildcards.ts'

export interface Principals {
  readonly kind: 'AWS' | 'Service' | 'Federated' | 'CanonicalUser' | '*'
  readonly values: readonly string[]
}

export interface Statement {
  readonly sid: string | undefined
  readonly effect: 'Allow' | 'Deny'
  /** In lower case: actions know no case. */
  readonly actions: readonly Pattern[] | undefined
  readonly notActions: readonly Pattern[] | undefined
  readonly resources: readonly string[] | undefined
  readonly notResources: readonly string[] | undefined
  readonly principals: readonly Principals[] | undefined
  readonly notPrincipals: readonly Principals[] | undefined
  readonly conditions: readonly Condition[]
}

export interface Policy {
  readonly version: string
  readonly statements: readonly Statement[]
}

export interface NamedPolicy extends Policy {
  /** The managed policy's ARN or the inline policy's name; for answers to whoever asks which policy decided. */
  readonly id: string
  readonly origin: 'user' | 'group' | 'role' | 'aws-managed' | 'user-managed' | 'resource' | 'none'
}

type Json = Readonly<Record<string, unknown>>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

const texts = (value: unknown): readonly string[] | undefined => {
  if (value === undefined) return undefined
  const values = Array.isArray(value) ? value : [value]
  return values.filter(one => ['string', 'number', 'boolean'].includes(typeof one)).map(String)
}

const actions = (value: unknown): readonly Pattern[] | undefined =>
  texts(value)?.map(text => compile(text.toLowerCase()))

function principals(value: unknown): readonly Principals[] | undefined {
  if (value === undefined) return undefined
  if (value === '*') return [{ kind: '*', values: ['*'] }]
  if (!isObject(value)) return []
  const kinds = ['AWS', 'Service', 'Federated', 'CanonicalUser'] as const
  return kinds.flatMap(kind => (Object.hasOwn(value, kind) ? [{ kind, values: texts(value[kind]) ?? [] }] : []))
}

function conditions(value: unknown): readonly Condition[] {
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([operator, keys]) =>
    isObject(keys)
      ? Object.entries(keys).map(([key, values]) => ({ operator, key, values: texts(values) ?? [] }))
      : [{ operator: 'none', key: 'none', values: [] }],
  )
}

export function parsePolicy(document: string): Policy {
  const parsed: unknown = JSON.parse(document)
  if (!isObject(parsed)) return { version: '2008-10-17', statements: [] }
  const statements = Array.isArray(parsed.Statement) ? parsed.Statement : [parsed.Statement]
  return {
    version: typeof parsed.Version === 'string' ? parsed.Version : '2008-10-17',
    statements: statements.filter(isObject).map(one => ({
      sid: typeof one.Sid === 'string' ? one.Sid : undefined,
      effect: one.Effect === 'Allow' ? 'Allow' : 'Deny',
      actions: actions(one.Action),
      notActions: actions(one.NotAction),
      resources: texts(one.Resource),
      notResources: texts(one.NotResource),
      principals: principals(one.Principal),
      notPrincipals: principals(one.NotPrincipal),
      conditions: conditions(one.Condition),
    })),
  }
}
