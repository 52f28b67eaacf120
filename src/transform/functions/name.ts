/**
 * The names by which AWS takes a function: `name`, `account:function:name`, the whole ARN, each with or without a
 * qualifier (`$LATEST`, a version's number, an alias).
 */
import { invalid, otherRegion, qualifiersDiffer } from './faults.ts'
import { nameCharactersMax } from './limits.ts'

export interface Scope {
  readonly account: string
  readonly region: string
}

export interface FunctionName extends Scope {
  readonly name: string
  readonly qualifier?: string
}

const pattern =
  /^(?:arn:aws[a-zA-Z-]*:lambda:)?(?:([a-z]{2}(?:-[a-z]+)+-\d):)?(?:(\d{12}):)?(?:function:)?([a-zA-Z0-9-_]+)(?::(\$LATEST|[a-zA-Z0-9-_]+))?$/

/** Throws InvalidParameterValueException, or ResourceNotFoundException for a function of another region. */
export function parseName(text: string, caller: Scope, qualifier?: string): FunctionName {
  const [, region = caller.region, account = caller.account, name, own] = pattern.exec(text) ?? []
  if (name === undefined) throw invalid(`The function name '${text}' is not valid.`)
  if (name.length > nameCharactersMax)
    throw invalid(`The function name '${name}' is longer than ${nameCharactersMax} characters.`)
  if (region !== caller.region) throw otherRegion(region, caller.region)
  if (own !== undefined && qualifier !== undefined && own !== qualifier) throw qualifiersDiffer()
  const chosen = qualifier ?? own
  return { account, region, name, ...(chosen !== undefined && { qualifier: chosen }) }
}

export function parseArn(arn: string): FunctionName | undefined {
  const [, region, account, name, qualifier] =
    /^arn:aws:lambda:([a-z0-9-]+):(\d{12}):function:([a-zA-Z0-9-_]+)(?::(\$LATEST|[a-zA-Z0-9-_]+))?$/.exec(arn) ?? []
  if (region === undefined || account === undefined || name === undefined) return undefined
  return { account, region, name, ...(qualifier !== undefined && { qualifier }) }
}

export const arnOf = ({ account, region, name, qualifier }: FunctionName): string =>
  `arn:aws:lambda:${region}:${account}:function:${name}${qualifier === undefined ? '' : `:${qualifier}`}`

export const unqualified = ({ account, region, name }: FunctionName): FunctionName => ({ account, region, name })
