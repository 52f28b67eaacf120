/** Operations on one user, role, group or instance profile: they take its name, work on it, and are asked about by its ARN. */
import type { Call, Operation } from '../../../gateway/operation.ts'
import type { Members, StringShape, Values } from '../../../gateway/shape.ts'
import type { Entity } from '../entities.ts'
import type { Kind } from '../faults.ts'
import type { Iam } from '../iam.ts'
import { resourceOf } from './shapes.ts'

export interface Holding<Member extends string> {
  readonly kind: Kind
  /** AWS's name of the member that names it, `UserName`. */
  readonly member: Member
  readonly name: StringShape
}

/** An input that begins with the holder's name. */
export type Named<Member extends string, Rest extends Members> = { readonly [K in Member]: StringShape } & Rest

export interface HolderOperation<Input extends Members, Output extends Members> {
  /** Without the holder's name. */
  readonly input: Input
  readonly output: Output
  handle(iam: Iam, holder: Entity, input: Values<Input>, call: Call): Values<Output> | Promise<Values<Output>>
}

/**
 * Declares operations of one kind of holder. TypeScript cannot follow a member whose name is a parameter through `Values`,
 * so it is told what comes out, once, here; to whoever uses the operations their types are as exact as if each had AWS's
 * member written out.
 */
export function operationsOn<Member extends string>({ kind, member, name }: Holding<Member>) {
  const resource = resourceOf<string>(kind, member)
  return <const Input extends Members, const Output extends Members>({
    input,
    output,
    handle,
  }: HolderOperation<Input, Output>): Operation<Iam, Named<Member, Input>, Output> => {
    const declared: Operation<Iam> = {
      input: { [member]: name, ...input },
      output,
      resource: (given, call) => resource(given as Readonly<Record<string, string>>, call),
      handle: (iam, given, call) =>
        handle(iam, iam.entities.get(call, kind, given[member] as string), given as Values<Input>, call),
    }
    return declared as unknown as Operation<Iam, Named<Member, Input>, Output>
  }
}
