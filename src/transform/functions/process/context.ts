/** The context object and the callback that a handler is given. https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
import type { ToFunction } from './frames.ts'
import { machineNow } from './lake-clock.ts'

export interface Settled {
  readonly promise: Promise<unknown>
  readonly callback: (error: unknown, result?: unknown) => void
}

type Invoke = Extract<ToFunction, { kind: 'invoke' }>

export function contextOf(invoke: Invoke, settled: Settled): object {
  const deadlineAt = machineNow() + invoke.remainingMilliseconds
  const { callback } = settled
  return {
    // Answering at once or when the event loop is empty: here it is always at once, which handlers may read and set.
    callbackWaitsForEmptyEventLoop: true,
    succeed: (result: unknown) => callback(null, result),
    fail: (error: unknown) => callback(error ?? new Error('The function failed without an error.')),
    done: callback,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: invoke.clientContext === undefined ? undefined : JSON.parse(invoke.clientContext),
    identity: undefined,
    invokedFunctionArn: invoke.arn,
    awsRequestId: invoke.requestId,
    getRemainingTimeInMillis: () => Math.max(0, deadlineAt - machineNow()),
  }
}

export function settled(): Settled {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  const callback = (error: unknown, result?: unknown) =>
    error === null || error === undefined ? resolve(result) : reject(error)
  return { promise, callback }
}
