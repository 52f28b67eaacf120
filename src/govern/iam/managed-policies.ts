/** Managed policies and their versions: an account's own, and AWS's, which everybody reads and nobody changes. */
import type { Transaction } from '../../durable/ledger.ts'
import { awsPolicies, awsPolicy } from './aws-policies.ts'
import { checkDocument } from './document.ts'
import { checkTags } from './entities.ts'
import {
  awsManaged,
  defaultVersion,
  noSuchPolicy,
  noSuchVersion,
  policyExists,
  policyHasVersions,
  policyInUse,
  policyTooLarge,
  tooManyVersions,
} from './faults.ts'
import { newId } from './ids.ts'
import { managedPolicyCharactersMax, policyVersionsMax } from './limits.ts'
import type { Needs, Scope, Tags } from './needs.ts'

export interface ManagedPolicy {
  readonly arn: string
  readonly account: string
  readonly id: string
  readonly name: string
  readonly path: string
  readonly description?: string
  readonly createdAt: number
  readonly updatedAt: number
  readonly defaultVersion: number
  readonly tags: Tags
}

export interface PolicyVersion {
  readonly version: number
  readonly document: string
  readonly createdAt: number
  readonly isDefault: boolean
}

interface PolicyRow {
  readonly arn: string
  readonly account: string
  readonly id: string
  readonly name: string
  readonly path: string
  readonly description: string | null
  readonly created_at: number
  readonly updated_at: number
  readonly default_version: number
  readonly last_version: number
  readonly tags: string
}

interface VersionRow {
  readonly version: number
  readonly document: string
  readonly created_at: number
}

const policyOf = (row: PolicyRow): ManagedPolicy => ({
  arn: row.arn,
  account: row.account,
  id: row.id,
  name: row.name,
  path: row.path,
  ...(row.description !== null && { description: row.description }),
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  defaultVersion: row.default_version,
  tags: JSON.parse(row.tags) as Tags,
})

export const isAwsManaged = (arn: string): boolean => arn.startsWith('arn:aws:iam::aws:policy/')

export class ManagedPolicies {
  readonly #needs: Needs

  constructor(needs: Needs) {
    this.#needs = needs
  }

  /** A policy of `scope`'s account, or one of AWS's. */
  find({ account }: Scope, arn: string): ManagedPolicy | undefined {
    if (isAwsManaged(arn)) return awsPolicy(arn)
    const row = this.#row(arn)
    return row?.account === account ? policyOf(row) : undefined
  }

  get(scope: Scope, arn: string): ManagedPolicy {
    const found = this.find(scope, arn)
    if (!found) throw noSuchPolicy(arn)
    return found
  }

  list({ account }: Scope, owner: 'All' | 'AWS' | 'Local'): readonly ManagedPolicy[] {
    const own = this.#needs.ledger.all<PolicyRow>('SELECT * FROM iam_policy WHERE account = ?', account).map(policyOf)
    return [...(owner === 'AWS' ? [] : own), ...(owner === 'Local' ? [] : awsPolicies())]
  }

  /** The text of the version in force; no account is asked, the attachment was. */
  documentInForce(arn: string): string | undefined {
    if (isAwsManaged(arn)) return awsPolicy(arn)?.document
    return this.#needs.ledger.get<{ document: string }>(
      `SELECT document FROM iam_policy JOIN iam_policy_version USING (arn)
       WHERE arn = ? AND version = default_version`,
      arn,
    )?.document
  }

  create(
    { account }: Scope,
    wanted: { name: string; path?: string | undefined; description?: string | undefined; document: string; tags: Tags },
  ): Promise<ManagedPolicy> {
    checkDocument(wanted.document, 'identity')
    checkSize(wanted.name, wanted.document)
    checkTags(wanted.tags)
    const path = wanted.path ?? '/'
    const arn = `arn:aws:iam::${account}:policy${path}${wanted.name}`
    return this.#needs.change(write => {
      const taken = write.get(
        'SELECT 1 FROM iam_policy WHERE account = ? AND name = ? COLLATE NOCASE',
        account,
        wanted.name,
      )
      if (taken) throw policyExists(wanted.name)
      const now = this.#now()
      write.run(
        `INSERT INTO iam_policy
           (arn, account, id, name, path, description, created_at, updated_at, default_version, last_version, tags)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, 1, ?)`,
        arn,
        account,
        newId(this.#needs.random, 'ANPA'),
        wanted.name,
        path,
        wanted.description ?? null,
        now,
        now,
        JSON.stringify(wanted.tags),
      )
      write.run('INSERT INTO iam_policy_version VALUES (?, 1, ?, ?)', arn, wanted.document, now)
      return this.get({ account }, arn)
    })
  }

  delete(scope: Scope, arn: string): Promise<void> {
    return this.#needs.change(write => {
      this.#own(scope, arn)
      const used = write.get('SELECT 1 FROM iam_attachment WHERE arn = ? LIMIT 1', arn)
      if (used || write.get('SELECT 1 FROM iam_entity WHERE boundary = ? LIMIT 1', arn)) throw policyInUse()
      if (this.#versions(arn).length > 1) throw policyHasVersions()
      write.run('DELETE FROM iam_policy_version WHERE arn = ?', arn)
      write.run('DELETE FROM iam_policy WHERE arn = ?', arn)
    })
  }

  version(scope: Scope, arn: string, version: number): PolicyVersion {
    const known = this.find(scope, arn) ? this.versions(scope, arn) : []
    const found = known.find(one => one.version === version)
    if (!found) throw noSuchVersion(arn, `v${version}`)
    return found
  }

  /** The newest first. */
  versions(scope: Scope, arn: string): readonly PolicyVersion[] {
    const policy = this.get(scope, arn)
    const aws = awsPolicy(arn)
    if (aws) return [{ version: aws.defaultVersion, document: aws.document, createdAt: aws.updatedAt, isDefault: true }]
    return this.#versions(arn).map(row => ({
      version: row.version,
      document: row.document,
      createdAt: row.created_at,
      isDefault: row.version === policy.defaultVersion,
    }))
  }

  createVersion(scope: Scope, arn: string, wanted: { document: string; asDefault: boolean }): Promise<PolicyVersion> {
    checkDocument(wanted.document, 'identity')
    checkSize(arn, wanted.document)
    return this.#needs.change(write => {
      const { last_version } = this.#own(scope, arn)
      if (this.#versions(arn).length >= policyVersionsMax) throw tooManyVersions(policyVersionsMax)
      const version = last_version + 1
      write.run('INSERT INTO iam_policy_version VALUES (?, ?, ?, ?)', arn, version, wanted.document, this.#now())
      write.run('UPDATE iam_policy SET last_version = ?, updated_at = ? WHERE arn = ?', version, this.#now(), arn)
      if (wanted.asDefault) this.#setDefault(write, arn, version)
      return this.version(scope, arn, version)
    })
  }

  setDefaultVersion(scope: Scope, arn: string, version: number): Promise<void> {
    return this.#needs.change(write => {
      this.version(scope, arn, version)
      this.#own(scope, arn)
      this.#setDefault(write, arn, version)
    })
  }

  deleteVersion(scope: Scope, arn: string, version: number): Promise<void> {
    return this.#needs.change(write => {
      const { default_version } = this.#own(scope, arn)
      if (version === default_version) throw defaultVersion()
      if (write.run('DELETE FROM iam_policy_version WHERE arn = ? AND version = ?', arn, version) === 0)
        throw noSuchVersion(arn, `v${version}`)
    })
  }

  retag(scope: Scope, arn: string, change: (tags: Tags) => Tags): Promise<void> {
    return this.#needs.change(write => {
      const tags = change(JSON.parse(this.#own(scope, arn).tags) as Tags)
      checkTags(tags)
      write.run('UPDATE iam_policy SET tags = ? WHERE arn = ?', JSON.stringify(tags), arn)
    })
  }

  #now(): number {
    return Math.floor(this.#needs.clock.now() / 1000) * 1000
  }

  #row(arn: string): PolicyRow | undefined {
    return this.#needs.ledger.get<PolicyRow>('SELECT * FROM iam_policy WHERE arn = ?', arn)
  }

  #own({ account }: Scope, arn: string): PolicyRow {
    if (isAwsManaged(arn)) throw awsPolicy(arn) ? awsManaged(arn) : noSuchPolicy(arn)
    const row = this.#row(arn)
    if (row?.account !== account) throw noSuchPolicy(arn)
    return row
  }

  #versions(arn: string): readonly VersionRow[] {
    return this.#needs.ledger.all<VersionRow>(
      'SELECT version, document, created_at FROM iam_policy_version WHERE arn = ? ORDER BY version DESC',
      arn,
    )
  }

  #setDefault(write: Transaction, arn: string, version: number): void {
    write.run('UPDATE iam_policy SET default_version = ?, updated_at = ? WHERE arn = ?', version, this.#now(), arn)
  }
}

function checkSize(what: string, document: string): void {
  if (document.replace(/\s/g, '').length > managedPolicyCharactersMax)
    throw policyTooLarge(`policy ${what}`, managedPolicyCharactersMax)
}
