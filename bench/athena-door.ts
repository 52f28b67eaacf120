// Athena as its clients have it, for the benchmarks: a lake in a process of its own, driven by the AWS SDK over HTTP.

import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  type QueryExecution,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { ScanFile } from '../src/analyze/engine/request.ts'

/** How often a client asks whether its query has ended: its own choice, and part of what it waits. */
const pollMilliseconds = 5

export class Door implements AsyncDisposable {
  readonly endpoint: string
  readonly #process: ChildProcess
  readonly #athena: AthenaClient
  readonly #s3: S3Client

  private constructor(process: ChildProcess, endpoint: string) {
    this.endpoint = endpoint
    this.#process = process
    const settings = {
      ...{ endpoint, region: 'us-east-1' },
      credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
    }
    this.#athena = new AthenaClient(settings)
    this.#s3 = new S3Client({ ...settings, forcePathStyle: true })
  }

  /** Resolves when the lake says that it listens. */
  static async open(directory: string): Promise<Door> {
    const words = ['bin/biwa.js', 'up', '--port', '0', '--data', directory]
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
    const port = await new Promise<string>((resolve, reject) => {
      let said = ''
      child.stdout.on('data', chunk => {
        said += chunk
        const found = /127\.0\.0\.1:(\d+)/.exec(said)?.[1]
        if (found !== undefined) resolve(found)
      })
      child.once('exit', code => reject(new Error(`the lake ended with ${code}`)))
    })
    return new Door(child, `http://127.0.0.1:${port}`)
  }

  /** The table of the benchmarks, with these files. */
  async lay(files: readonly ScanFile[], days: readonly number[]): Promise<void> {
    await this.#s3.send(new CreateBucketCommand({ Bucket: 'bench' }))
    for (const { file, partition } of files) {
      const Key = `device_telemetry/year=2025/month=10/day=${days[partition]}/part.parquet`
      await this.#s3.send(new PutObjectCommand({ Bucket: 'bench', Key, Body: await readFile(file) }))
    }
    await this.run('CREATE DATABASE IF NOT EXISTS default')
    await this.run(`CREATE EXTERNAL TABLE device_telemetry (device_id string, temperature double, \`timestamp\` double)
      PARTITIONED BY (year int, month int, day int) STORED AS PARQUET LOCATION 's3://bench/device_telemetry/'`)
    await this.run('MSCK REPAIR TABLE device_telemetry')
  }

  /** Starts the query, asks until it has ended, gets the first page of its rows. */
  async run(QueryString: string): Promise<{ readonly rows: number; readonly execution: QueryExecution }> {
    const ResultConfiguration = { OutputLocation: 's3://bench/results/' }
    const started = await this.#athena.send(new StartQueryExecutionCommand({ QueryString, ResultConfiguration }))
    const { QueryExecutionId } = started
    for (;;) {
      const { QueryExecution } = await this.#athena.send(new GetQueryExecutionCommand({ QueryExecutionId }))
      const { State, StateChangeReason } = QueryExecution?.Status ?? {}
      if (State === 'SUCCEEDED' && QueryExecution !== undefined) {
        const { ResultSet } = await this.#athena.send(new GetQueryResultsCommand({ QueryExecutionId }))
        return { rows: ResultSet?.Rows?.length ?? 0, execution: QueryExecution }
      }
      if (State !== 'QUEUED' && State !== 'RUNNING') throw new Error(`${State}: ${StateChangeReason}`)
      await pause(pollMilliseconds)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#athena.destroy()
    this.#s3.destroy()
    const ended = new Promise(resolve => this.#process.once('exit', resolve))
    this.#process.kill()
    await ended
  }
}

export const lakeIn = (directory: string): string => join(directory, 'lake')
