// Makes a Parquet file of an output's records by the columns of a Glue table.
//
//   lines     every JSON document of every record on a line of its own, in a scratch file
//   convert   the engine reads them and writes what fits; it tells the lines that do not
//   failed    the records of those lines are read once more and handed on
//
// A record may hold several documents; one that does not fit is told by itself then, and the others are converted.
import type { ScratchFile } from '../../durable/scratch-file.ts'
import type { ActiveConversion } from './conversion.ts'
import { type Frame, framesOf } from './frames.ts'
import { jsonDocuments } from './json-documents.ts'
import type { Output } from './outputs.ts'
import type { Spool } from './spool.ts'
import type { Column, Converter, ConvertResult } from './world.ts'

export interface ConversionFailure {
  readonly code: string
  readonly message: string
}

interface Options {
  readonly spool: Spool
  readonly converter: Converter
  readonly conversion: ActiveConversion
  readonly columns: readonly Column[]
  readonly signal: AbortSignal
  /** `raw` is what failed of the record: all of it, or the one document of several. */
  readonly fail: (frame: Frame, raw: Uint8Array, failure: ConversionFailure) => void
}

/** About the machine, so in its time. */
const deadlineMilliseconds = 600_000
const writtenBytes = 256 * 1024

/** The file lies in the spool's directory; undefined when no record was good. */
export async function converted(output: Output, options: Options): Promise<string | undefined> {
  const { spool, converter, conversion, columns, signal } = options
  const directory = await spool.directory()
  const lines = await spool.file('lines')
  let result: ConvertResult
  try {
    if ((await writeLines(output, lines, options)) === 0) return undefined
    result = await converter.convert({
      lines: lines.path,
      columns,
      input: conversion.input,
      output: conversion.output,
      scratchDirectory: directory.path,
      signal,
      deadlineMilliseconds,
    })
  } finally {
    await lines.close()
  }
  if (result.failed.length > 0) await tellFailed(output, result.failed, options)
  return result.file
}

/** Answers how many. Records without any document are told at once: they have no line. */
async function writeLines(output: Output, lines: ScratchFile, { spool, fail }: Options): Promise<number> {
  let count = 0
  let parts: Uint8Array[] = []
  let bytes = 0
  for await (const frame of framesOf(spool.read(output.channel))) {
    const documents = documentsOf(frame)
    if (documents.length === 0) fail(frame, frame.raw, emptyRecord)
    for (const document of documents) {
      const line = oneLine(document)
      parts.push(line, newline)
      bytes += line.length + 1
      count++
    }
    if (bytes < writtenBytes) continue
    await lines.append([Buffer.concat(parts)])
    parts = []
    bytes = 0
  }
  if (bytes > 0) await lines.append([Buffer.concat(parts)])
  return count
}

async function tellFailed(output: Output, failed: ConvertResult['failed'], { spool, fail }: Options): Promise<void> {
  const failures = new Map(failed.map(failure => [failure.line, failure]))
  let line = 0
  for await (const frame of framesOf(spool.read(output.channel))) {
    const documents = documentsOf(frame)
    for (const document of documents) {
      const failure = failures.get(line++)
      if (failure) fail(frame, documents.length === 1 ? frame.raw : document, failure)
    }
  }
}

const emptyRecord: ConversionFailure = {
  code: 'DataFormatConversion.MalformedData',
  message: 'The record was empty or contained only whitespace.',
}

const newline = Buffer.from('\n')

/** What is no JSON is a line all the same: the engine says what is wrong with it. */
const documentsOf = ({ data }: Frame): readonly Uint8Array[] => jsonDocuments(data) ?? [data]

function oneLine(document: Uint8Array): Uint8Array {
  if (!document.includes(0x0a) && !document.includes(0x0d)) return document
  return document.map(byte => (byte === 0x0a || byte === 0x0d ? 0x20 : byte))
}
