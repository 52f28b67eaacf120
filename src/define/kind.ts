/**
 * What a kind of AWS resource must be able to do, so that a definition can be made so: be read, made, changed and removed,
 * and be told from what belongs to somebody else. The state of a resource is plain data in one form, wanted and found.
 */
import type { Aws } from './invoke.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }
export type JsonObject = { readonly [name: string]: Json }

/** One AWS resource that a definition asks for. */
export interface Resource {
  readonly kind: string
  readonly name: string
  /** Ids of those that must be there before it, as `kind name`. */
  readonly needs: readonly string[]
  /** All that AWS is to be told of it. */
  readonly wanted: JsonObject
}

export interface KindOf<State extends JsonObject> {
  readonly name: string
  /** One line of what is wanted, for whoever reads a plan. */
  summary(wanted: State): string
  /** Undefined where there is none of that name. */
  read(aws: Aws, name: string): Promise<State | undefined>
  /** At least so far that it carries the lake's mark from its first moment; `change` does the rest. */
  create(aws: Aws, name: string, wanted: State): Promise<void>
  /** Only what differs is told to AWS. */
  change(aws: Aws, name: string, wanted: State, found: State): Promise<void>
  /** With what lies in it. Also when it is gone already. */
  remove(aws: Aws, name: string): Promise<void>
  /** The names of all that carry the lake's mark. */
  owned(aws: Aws): Promise<readonly string[]>
  /** The lake that it belongs to. */
  lakeOf(name: string, found: State): string | undefined
  /** In words, what would be lost or left behind without it; undefined where nothing would. */
  holds?(aws: Aws, name: string): Promise<string | undefined>
  /** Whether what it holds is in it, and gone with it. */
  readonly keepsData?: boolean
  /** What may go with it, in words, where AWS does not tell whether there is any. */
  readonly mayLose?: string
  /** The id of the resource that it lies in, and that cannot go without it. */
  within?(name: string): string
  /** Why AWS cannot make the change in place. */
  replaces?(wanted: State, found: State): string | undefined
  /** What a change does not do, and somebody might think it did. */
  warns?(wanted: State, found: State): string | undefined
}

/** With the type of its state forgotten: the state that is handed to it is one that was made for it or read by it. */
export type Kind = KindOf<JsonObject>
export const kind = <State extends JsonObject>(made: KindOf<State>): Kind => Object.freeze(made) as unknown as Kind

export const idOf = ({ kind: of, name }: Pick<Resource, 'kind' | 'name'>): string => `${of} ${name}`
