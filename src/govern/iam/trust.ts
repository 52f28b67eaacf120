/** A trust policy names whom it trusts: those of accounts that Biwa knows must exist, as AWS demands. */
import { checkDocument } from './document.ts'
import { parsePolicy } from './evaluate/policy.ts'
import { invalidPrincipal, policyTooLarge } from './faults.ts'
import type { Iam } from './iam.ts'
import { trustPolicyCharactersMax } from './limits.ts'

export function checkTrust(iam: Iam, document: string): void {
  checkDocument(document, 'trust')
  if (document.replace(/\s/g, '').length > trustPolicyCharactersMax)
    throw policyTooLarge('the role trust policy', trustPolicyCharactersMax)
  for (const { principals, notPrincipals } of parsePolicy(document).statements)
    for (const one of [...(principals ?? []), ...(notPrincipals ?? [])])
      if (one.kind === 'AWS') for (const value of one.values) checkExists(iam, value)
}

function checkExists(iam: Iam, value: string): void {
  const parts = /^arn:aws:iam::(\d{12}):(user|role)\/(?:.*\/)?([^/]+)$/.exec(value)
  const [, account, kind, name] = parts ?? []
  if (account === undefined || name === undefined || (kind !== 'user' && kind !== 'role')) return
  if (iam.entities.find({ account }, kind, name)?.arn !== value) throw invalidPrincipal(value)
}
