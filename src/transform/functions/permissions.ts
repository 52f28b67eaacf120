/**
 * The resource policy of a function, of a version or of an alias: statements by id, as AddPermission makes them. IAM
 * evaluates the document; here it is only kept.
 */
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import type { Random } from '../../world/random.ts'
import {
  noSuchResource,
  noSuchStatement,
  PolicyLengthExceededException,
  staleRevision,
  statementExists,
} from './faults.ts'
import { policyBytesMax } from './limits.ts'
import { arnOf, type FunctionName } from './name.ts'

export interface Permission {
  readonly statementId: string
  /** `lambda:InvokeFunction` */
  readonly action: string
  /** A service, an account, an ARN or `*`. */
  readonly principal: string
  readonly sourceArn?: string
  readonly sourceAccount?: string
}

interface Statement {
  readonly Sid: string
}

interface PolicyRow {
  readonly statements: string
  readonly revision: string
}

const where = 'account = ? AND region = ? AND name = ? AND qualifier = ?'

export class Permissions {
  readonly #ledger: Ledger
  readonly #random: Random

  constructor(of: { ledger: Ledger; random: Random }) {
    this.#ledger = of.ledger
    this.#random = of.random
  }

  /** The statement as JSON. */
  add(id: FunctionName, permission: Permission, revision: string | undefined): Promise<string> {
    return this.#ledger.commit(write => {
      const { statements } = this.#checked(id, revision)
      if (statements.some(one => one.Sid === permission.statementId)) throw statementExists(permission.statementId)
      const statement = statementOf(id, permission)
      this.#put(write, id, [...statements, statement])
      return JSON.stringify(statement)
    })
  }

  remove(id: FunctionName, statementId: string, revision: string | undefined): Promise<void> {
    return this.#ledger.commit(write => {
      const { statements } = this.#checked(id, revision)
      const left = statements.filter(one => one.Sid !== statementId)
      if (left.length === statements.length) throw noSuchStatement(statementId)
      if (left.length > 0) this.#put(write, id, left)
      else write.run(`DELETE FROM functions_policy WHERE ${where}`, ...keyOf(id))
    })
  }

  clear(write: Transaction, { account, region, name }: FunctionName): void {
    write.run('DELETE FROM functions_policy WHERE account = ? AND region = ? AND name = ?', account, region, name)
  }

  find(id: FunctionName): { readonly document: string; readonly revision: string } | undefined {
    const row = this.#row(id)
    return (
      row && {
        document: `{"Version":"2012-10-17","Id":"default","Statement":${row.statements}}`,
        revision: row.revision,
      }
    )
  }

  /** Throws ResourceNotFoundException where there is none. */
  get(id: FunctionName): { readonly document: string; readonly revision: string } {
    const found = this.find(id)
    if (found === undefined) throw noSuchResource()
    return found
  }

  #checked(id: FunctionName, revision: string | undefined): { readonly statements: readonly Statement[] } {
    const row = this.#row(id)
    if (revision !== undefined && revision !== row?.revision) throw staleRevision()
    return { statements: row === undefined ? [] : (JSON.parse(row.statements) as readonly Statement[]) }
  }

  #put(write: Transaction, id: FunctionName, statements: readonly Statement[]): void {
    const text = JSON.stringify(statements)
    if (Buffer.byteLength(text) > policyBytesMax)
      throw new PolicyLengthExceededException(`The final policy size is bigger than the limit (${policyBytesMax}).`)
    write.run(
      'INSERT OR REPLACE INTO functions_policy VALUES (?, ?, ?, ?, ?, ?)',
      ...keyOf(id),
      text,
      this.#random.uuid(),
    )
  }

  #row(id: FunctionName): PolicyRow | undefined {
    return this.#ledger.get<PolicyRow>(`SELECT * FROM functions_policy WHERE ${where}`, ...keyOf(id))
  }
}

const keyOf = ({ account, region, name, qualifier = '' }: FunctionName) => [account, region, name, qualifier] as const

/** In AWS's words: the document is what callers and IAM read. */
function statementOf(id: FunctionName, { statementId, action, principal, sourceArn, sourceAccount }: Permission) {
  const condition = {
    ...(sourceAccount !== undefined && { StringEquals: { 'AWS:SourceAccount': sourceAccount } }),
    ...(sourceArn !== undefined && { ArnLike: { 'AWS:SourceArn': sourceArn } }),
  }
  return {
    Sid: statementId,
    Effect: 'Allow',
    Principal: principalOf(principal),
    Action: action,
    Resource: arnOf(id),
    ...(Object.keys(condition).length > 0 && { Condition: condition }),
  }
}

function principalOf(principal: string) {
  if (principal === '*') return '*'
  if (/^\d{12}$/.test(principal)) return { AWS: `arn:aws:iam::${principal}:root` }
  return principal.startsWith('arn:') ? { AWS: principal } : { Service: principal }
}
