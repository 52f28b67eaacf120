/**
 * `lake.aws`: every declared operation as a typed function, without a socket. The types come from the operations' shapes; at
 * run time a name leads straight to the pipeline, so that there is no second list of operations.
 */
import type { Surface } from '../aws.ts'
import { Fault } from '../gateway/fault.ts'
import type { Invoker } from '../gateway/pipeline.ts'
import type { Members } from '../gateway/shape.ts'
import { AwsError } from './aws-error.ts'
import type { Built, During } from './built.ts'
import { type GivenMembers, intoLake, intoProgram, type ReceivedMembers } from './values.ts'

export interface CallOptions {
  /** Aborting it ends what the call still does, such as a stream of events. */
  readonly abortSignal?: AbortSignal
}

/**
 * AWS's services and their operations.
 *
 *     const { Records } = await lake.aws.kinesis.PutRecords({
 *       StreamName: 'temperature-stream',
 *       Records: [{ PartitionKey: 'sensor-3', Data: JSON.stringify({ device_id: 'sensor-3', temperature: 21.4 }) }],
 *     })
 */
export type Aws = {
  readonly [Name in keyof Surface]: {
    readonly [Operation in keyof Surface[Name]]: Call<Surface[Name][Operation]>
  }
}

type Call<Operation> = Operation extends { readonly input: infer Input; readonly output: infer Output }
  ? Record<never, never> extends GivenMembers<Input>
    ? (input?: GivenMembers<Input>, options?: CallOptions) => Promise<ReceivedMembers<Output>>
    : (input: GivenMembers<Input>, options?: CallOptions) => Promise<ReceivedMembers<Output>>
  : never

/** The input of an operation, by its names: `Input<'kinesis', 'PutRecords'>`. */
export type Input<
  Name extends keyof Surface,
  Operation extends keyof Surface[Name],
> = Surface[Name][Operation] extends {
  readonly input: infer Members
}
  ? GivenMembers<Members>
  : never

/** The output of an operation, by its names: `Output<'glue', 'GetTable'>`. */
export type Output<
  Name extends keyof Surface,
  Operation extends keyof Surface[Name],
> = Surface[Name][Operation] extends {
  readonly output: infer Members
}
  ? ReceivedMembers<Members>
  : never

export interface DoorNeeds {
  /** What is declared: each service's operations, by their names. */
  readonly surface: () => ReadonlyMap<string, readonly string[]>
  readonly invoker: (built: Pick<Built, 'parts'>) => Promise<Invoker>
  /** Rejects when the lake is closed, and holds its closing up until the work is done. */
  readonly during: During
  /** Aborted when the lake closes. */
  readonly closing: () => AbortSignal
}

export function awsDoor(needs: DoorNeeds): Aws {
  const surface = needs.surface()
  return namesTo([...surface.keys()], service =>
    namesTo(surface.get(service) ?? [], operation => {
      const typed = (input: unknown = {}, options: CallOptions = {}) => call(needs, service, operation, input, options)
      return Object.defineProperty(typed, 'name', { value: operation })
    }),
  ) as Aws
}

/** A frozen object of what is declared. Of other names, the call of one says that it is not: they lead there too. */
function namesTo<T>(names: readonly string[], make: (name: string) => T): object {
  const made = Object.freeze(Object.fromEntries(names.map(name => [name, make(name)])))
  return new Proxy(made, {
    get(target, name) {
      // What asks for `then` or a symbol looks whether this is a promise or how to print it, and means no service.
      if (typeof name === 'symbol' || name in target || name === 'then' || name === 'toJSON')
        return Reflect.get(target, name)
      return make(name)
    },
  })
}

async function call(needs: DoorNeeds, service: string, operation: string, input: unknown, options: CallOptions) {
  const done = new AbortController()
  const closing = needs.closing()
  const signals = [done.signal, closing, ...(options.abortSignal ? [options.abortSignal] : [])]
  const form = {
    read: (members: Members) => intoLake(members, input),
    write: (members: Members, output: Readonly<Record<string, unknown>>) =>
      intoProgram(members, output, { letGo: () => done.abort(), closing }),
  }
  try {
    return await needs.during(async built => {
      const invoker = await needs.invoker(built)
      return built.pipeline.enter(invoker, service, operation, { form, signal: AbortSignal.any(signals) })
    })
  } catch (error) {
    throw error instanceof Fault ? new AwsError(error) : error
  }
}
