// Putting records straight to a delivery stream.
import { operation } from '../../../gateway/operation.ts'
import { blob, boolean, integer, list, optional, string, structure } from '../../../gateway/shape.ts'
import { slowDown } from '../faults.ts'
import type { Firehose } from '../firehose.ts'
import { recordBytesMax, recordsPerBatchMax } from '../limits.ts'
import { deliveryName, resourceOf } from './shapes.ts'

const record = structure({ Data: blob({ min: 0, max: recordBytesMax }) })
const recordId = string({ min: 1 })

/** https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecord.html */
export const PutRecord = operation({
  input: { DeliveryStreamName: deliveryName, Record: record },
  output: { RecordId: recordId, Encrypted: optional(boolean()) },
  resource: resourceOf,
  async handle(firehose: Firehose, input, call) {
    const delivery = firehose.delivery(call, input.DeliveryStreamName)
    const [id] = await firehose.put(delivery, [input.Record.Data], { at: call.at, operation: 'PutRecord' })
    if (id === undefined) throw slowDown()
    return { RecordId: id, Encrypted: delivery.state.encryption.enabled }
  },
})

/** https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html */
export const PutRecordBatch = operation({
  input: { DeliveryStreamName: deliveryName, Records: list(record, { min: 1, max: recordsPerBatchMax }) },
  output: {
    FailedPutCount: integer({ min: 0 }),
    Encrypted: optional(boolean()),
    RequestResponses: list(
      structure({
        RecordId: optional(recordId),
        ErrorCode: optional(string()),
        ErrorMessage: optional(string()),
      }),
      { min: 1, max: recordsPerBatchMax },
    ),
  },
  resource: resourceOf,
  async handle(firehose: Firehose, input, call) {
    const delivery = firehose.delivery(call, input.DeliveryStreamName)
    const data = input.Records.map(({ Data }) => Data)
    const ids = await firehose.put(delivery, data, { at: call.at, operation: 'PutRecordBatch' })
    // What is taken of a batch goes into one log in one write; only what comes too fast is turned away by itself.
    return {
      FailedPutCount: ids.filter(id => id === undefined).length,
      Encrypted: delivery.state.encryption.enabled,
      RequestResponses: ids.map(id => (id === undefined ? throttled : { RecordId: id })),
    }
  },
})

const { code: ErrorCode, message: ErrorMessage } = slowDown()
const throttled = { ErrorCode, ErrorMessage }
