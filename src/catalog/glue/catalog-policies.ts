// The policy of a catalog: who may do what in it, of an account in a region. IAM evaluates it with the callers' own.
// https://docs.aws.amazon.com/glue/latest/dg/glue-resource-policies.html
import { createHash } from 'node:crypto'
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import { Fault } from '../../gateway/fault.ts'
import { checkDocument } from '../../govern/iam/document.ts'
import type { Clock } from '../../world/clock.ts'
import { ConditionCheckFailureException, InvalidInputException, noPolicy } from './faults.ts'
import { policyBytesMax } from './limits.ts'
import type { Scope } from './table.ts'

export interface CatalogPolicy {
  readonly document: string
  /** Names this very document, so that whoever replaces it can say which one he saw. */
  readonly hash: string
  readonly createdAt: number
  readonly updatedAt: number
}

export interface PolicyCondition {
  /** The hash of the policy that must be there. */
  readonly hash?: string | undefined
  /** Whether one must be there, or must not. */
  readonly exists?: boolean | undefined
}

interface PolicyRow {
  readonly document: string
  readonly created_at: number
  readonly updated_at: number
}

export class CatalogPolicies {
  readonly #ledger: Ledger
  readonly #clock: Clock

  constructor({ ledger, clock }: { readonly ledger: Ledger; readonly clock: Clock }) {
    this.#ledger = ledger
    this.#clock = clock
  }

  get(scope: Scope): CatalogPolicy | undefined {
    const row = this.#row(scope)
    return (
      row && {
        document: row.document,
        hash: hashOf(row.document),
        createdAt: row.created_at,
        updatedAt: row.updated_at,
      }
    )
  }

  /** The document of the catalog that holds the resource `arn:aws:glue:<region>:<account>:…`. */
  documentFor(arn: string): string | undefined {
    const [, , service, region = '', account = ''] = arn.split(':', 6)
    if (service !== 'glue') return undefined
    return this.#row({ account, region })?.document
  }

  /** @returns the new policy's hash */
  put(write: Transaction, scope: Scope, document: string, condition: PolicyCondition): string {
    check(document)
    const present = this.get(scope)
    if (condition.exists === true && !present) throw noPolicy()
    if (condition.exists === false && present)
      throw new ConditionCheckFailureException('There is a policy already, and PolicyExistsCondition is NOT_EXIST.')
    checkHash(present, condition.hash)
    const now = this.#clock.now()
    write.run(
      `INSERT INTO glue_catalog_policy VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (account, region) DO UPDATE SET document = excluded.document, updated_at = excluded.updated_at`,
      scope.account,
      scope.region,
      document,
      now,
      now,
    )
    return hashOf(document)
  }

  delete(write: Transaction, scope: Scope, hash: string | undefined): void {
    const present = this.get(scope)
    if (!present) throw noPolicy()
    checkHash(present, hash)
    write.run('DELETE FROM glue_catalog_policy WHERE account = ? AND region = ?', scope.account, scope.region)
  }

  #row({ account, region }: Scope): PolicyRow | undefined {
    return this.#ledger.get<PolicyRow>(
      'SELECT document, created_at, updated_at FROM glue_catalog_policy WHERE account = ? AND region = ?',
      account,
      region,
    )
  }
}

const hashOf = (document: string) => createHash('sha256').update(document).digest('base64')

function checkHash(present: CatalogPolicy | undefined, hash: string | undefined): void {
  if (hash !== undefined && hash !== present?.hash)
    throw new ConditionCheckFailureException(
      'The policy is not the one that PolicyHashCondition names: read it again with GetResourcePolicy.',
    )
}

function check(document: string): void {
  if (Buffer.byteLength(document) > policyBytesMax)
    throw new InvalidInputException(`A catalog's policy has at most ${policyBytesMax} bytes.`)
  try {
    checkDocument(document, 'resource')
  } catch (cause) {
    if (cause instanceof Fault) throw new InvalidInputException(`The policy is not valid: ${cause.message}`)
    throw cause
  }
}
