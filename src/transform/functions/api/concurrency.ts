/** Executions at once: a function's reservation, and the account's. */
import { operation } from '../../../gateway/operation.ts'
import { integer, long, optional, structure } from '../../../gateway/shape.ts'
import type { Functions } from '../functions.ts'
import { codeStorageBytesMax, concurrentExecutionsMax, unzippedBytesMax, zippedBytesMax } from '../limits.ts'
import { unqualified } from '../name.ts'
import * as shape from './shapes.ts'

const executions = integer({ min: 0 })

/** https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionConcurrency.html */
export const PutFunctionConcurrency = operation({
  http: { route: 'PUT /2017-10-31/functions/{FunctionName}/concurrency' },
  input: { FunctionName: shape.inPath, ReservedConcurrentExecutions: executions },
  output: { ReservedConcurrentExecutions: optional(executions) },
  resource: shape.resource,
  async handle(functions: Functions, input, call) {
    await functions.reserve(unqualified(shape.idOf(input, call)), input.ReservedConcurrentExecutions)
    return { ReservedConcurrentExecutions: input.ReservedConcurrentExecutions }
  },
})

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConcurrency.html */
export const GetFunctionConcurrency = operation({
  http: { route: 'GET /2019-09-30/functions/{FunctionName}/concurrency' },
  input: { FunctionName: shape.inPath },
  output: { ReservedConcurrentExecutions: optional(executions) },
  resource: shape.resource,
  handle(functions: Functions, input, call) {
    const id = unqualified(shape.idOf(input, call))
    functions.version(id)
    return { ReservedConcurrentExecutions: functions.registry.reserved(id) }
  },
})

/** https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunctionConcurrency.html */
export const DeleteFunctionConcurrency = operation({
  http: { route: 'DELETE /2017-10-31/functions/{FunctionName}/concurrency', status: 204 },
  input: { FunctionName: shape.inPath },
  output: {},
  resource: shape.resource,
  async handle(functions: Functions, input, call) {
    await functions.reserve(unqualified(shape.idOf(input, call)), undefined)
    return {}
  },
})

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html */
export const GetAccountSettings = operation({
  http: { route: 'GET /2016-08-19/account-settings' },
  input: {},
  output: {
    AccountLimit: optional(
      structure({
        TotalCodeSize: optional(long()),
        CodeSizeUnzipped: optional(long()),
        CodeSizeZipped: optional(long()),
        ConcurrentExecutions: optional(integer()),
        UnreservedConcurrentExecutions: optional(integer({ min: 0 })),
      }),
    ),
    AccountUsage: optional(structure({ TotalCodeSize: optional(long()), FunctionCount: optional(long()) })),
  },
  handle(functions: Functions, _input, call) {
    const { functions: count, codeBytes } = functions.registry.usage(call)
    return {
      AccountLimit: {
        TotalCodeSize: codeStorageBytesMax,
        CodeSizeUnzipped: unzippedBytesMax,
        CodeSizeZipped: zippedBytesMax,
        ConcurrentExecutions: concurrentExecutionsMax,
        UnreservedConcurrentExecutions: concurrentExecutionsMax - functions.registry.reservedInTotal(call),
      },
      AccountUsage: { TotalCodeSize: codeBytes, FunctionCount: count },
    }
  },
})
