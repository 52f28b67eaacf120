// Policies of streams and consumers: who of other accounts may do what to them. This file holds a document to what AWS
// takes and keeps it; IAM evaluates it.
// https://docs.aws.amazon.com/streams/latest/dev/resource-based-policy-examples.html
import type { Ledger } from '../../durable/ledger.ts'
import { InvalidArgumentException, ResourceNotFoundException } from './faults.ts'
import { policyBytesMax, sharedActions } from './limits.ts'

interface Statement {
  readonly Effect?: unknown
  readonly Principal?: unknown
  readonly Action?: unknown
  readonly Resource?: unknown
}

export class Policies {
  readonly #ledger: Ledger
  /** IAM asks for them with every request of another account. */
  readonly #documents = new Map<string, string>()

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  start(): void {
    for (const { arn, document } of this.#ledger.all<{ arn: string; document: string }>('SELECT * FROM kinesis_policy'))
      this.#documents.set(arn, document)
  }

  of(arn: string): string | undefined {
    return this.#documents.get(arn)
  }

  async put(arn: string, document: string): Promise<void> {
    check(arn, document)
    await this.#ledger.commit(write => {
      write.run('INSERT OR REPLACE INTO kinesis_policy VALUES (?, ?)', arn, document)
      write.onDurable(() => this.#documents.set(arn, document))
    })
  }

  async remove(arn: string): Promise<void> {
    await this.#ledger.commit(write => {
      if (write.run('DELETE FROM kinesis_policy WHERE arn = ?', arn) === 0) {
        throw new ResourceNotFoundException(`No resource policy found for resource ARN ${arn}.`)
      }
      write.onDurable(() => this.#documents.delete(arn))
    })
  }

  /** What they spoke of is gone, and their rows with it. */
  forget(arns: readonly string[]): void {
    for (const arn of arns) this.#documents.delete(arn)
  }
}

const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value]

function check(arn: string, document: string): void {
  const refuse = (why: string) => new InvalidArgumentException(`The policy for ${arn} is not valid: ${why}`)
  if (Buffer.byteLength(document) > policyBytesMax) throw refuse(`it has more than ${policyBytesMax} bytes.`)
  const parsed = parse(document)
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw refuse('it is no JSON object.')
  const statements = listOf((parsed as { readonly Statement?: unknown }).Statement)
  if (statements.length === 0) throw refuse('it has no Statement.')
  const actions = sharedActions[arn.includes('/consumer/') ? 'consumer' : 'stream']
  for (const statement of statements as readonly Statement[]) {
    if (typeof statement !== 'object' || statement === null) throw refuse('a Statement is no JSON object.')
    if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny')
      throw refuse('an Effect is neither Allow nor Deny.')
    if (statement.Principal === undefined) throw refuse('a Statement has no Principal.')
    const named = listOf(statement.Action)
    if (named.length === 0) throw refuse('a Statement has no Action.')
    for (const action of named) {
      if (actions.some(known => matches(String(action), known))) continue
      throw refuse(`${String(action)} cannot be allowed to others on it; ${actions.join(', ')} can.`)
    }
    const resources = listOf(statement.Resource)
    if (resources.length === 0) throw refuse('a Statement has no Resource.')
    for (const resource of resources)
      if (resource !== arn) throw refuse(`the Resource ${String(resource)} is not what it is put on.`)
  }
}

function parse(document: string): unknown {
  try {
    return JSON.parse(document)
  } catch {
    return undefined
  }
}

/** `*` at the end of an action stands for any rest. */
const matches = (pattern: string, action: string): boolean =>
  pattern.endsWith('*')
    ? action.toLowerCase().startsWith(pattern.slice(0, -1).toLowerCase())
    : pattern.toLowerCase() === action.toLowerCase()
