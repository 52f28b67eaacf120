/**
 * What the parts of a definition have in common: each is a plain frozen value with a kind and a name, and says which other
 * parts it stands on. Nothing in it runs, and all of it could be told to AWS.
 */
import type { Role } from './parts/role.ts'

export interface Part {
  readonly kind: string
  readonly name: string
}

/** Options that every part takes which AWS can tag. */
export interface Tagged {
  /** Cost tags, over those of the lake. */
  readonly tags?: Readonly<Record<string, string>>
}

/** Options of the parts that act in a role. */
export interface Acting {
  /** Instead of the role with the least rights that Biwa derives. */
  readonly role?: Role
}

/** Frozen to its leaves. What is frozen already is taken as it is. */
export function frozen<const T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const inner of Object.values(value)) frozen(inner)
  return Object.freeze(value)
}
