/**
 * How long from the command to the first accepted PutRecord, and how much memory the idle server then holds, beside a bare
 * Node server that answers one request: medians of five starts in one run, on an empty data directory each.
 *
 *     node bench/start.ts
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const rounds = 5
const entry = 'bin/biwa.js'
const agent = new http.Agent({ keepAlive: true })

function post(port: number, headers: Record<string, string>, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = http.request({ port, host: '127.0.0.1', method: 'POST', agent, headers }, response => {
      response.resume()
      response.on('end', () => resolve(response.statusCode ?? 0))
    })
    request.on('error', reject)
    request.end(body)
  })
}
const kinesis = (port: number, operation: string, input: object) =>
  post(
    port,
    { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `Kinesis_20131202.${operation}` },
    JSON.stringify(input),
  )

/** Starts, waits for the line that says it is ready, runs `first`; milliseconds until that is answered, and MB resident after a second. */
async function measure(words: readonly string[], first: (port: number) => Promise<number>) {
  const began = performance.now()
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  const port = await new Promise<number>(resolve => {
    let text = ''
    child.stdout.on('data', chunk => {
      text += chunk
      const found = /127\.0\.0\.1:(\d+)/.exec(text)
      if (found) resolve(Number(found[1]))
    })
  })
  if ((await first(port)) !== 200) throw new Error('the first request was not accepted')
  const milliseconds = performance.now() - began
  await new Promise(resolve => setTimeout(resolve, 1000))
  const resident = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1000
  child.kill()
  await new Promise(resolve => child.on('exit', resolve))
  return { milliseconds, resident }
}

const bare = `const s = require('node:http').createServer((q, r) => r.end('{}')).listen(0, '127.0.0.1', () => console.log('127.0.0.1:' + s.address().port))`
const results = {
  biwa: [] as { milliseconds: number; resident: number }[],
  bare: [] as { milliseconds: number; resident: number }[],
}
for (let round = 0; round <= rounds; round++) {
  const directory = mkdtempSync(join(tmpdir(), 'biwa-bench-'))
  const lake = await measure([entry, 'up', '--port', '0', '--data', directory], async port => {
    await kinesis(port, 'CreateStream', { StreamName: 's', ShardCount: 1 })
    return kinesis(port, 'PutRecord', { StreamName: 's', PartitionKey: 'k', Data: 'eA==' })
  })
  const node = await measure(['-e', bare], port => post(port, {}, '{}'))
  rmSync(directory, { recursive: true, force: true })
  if (round === 0) continue // fills the compile cache and the page cache
  results.biwa.push(lake)
  results.bare.push(node)
}
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
for (const [name, runs] of Object.entries(results))
  console.log(
    `${name.padEnd(5)} ${median(runs.map(run => run.milliseconds)).toFixed(0)} ms to the first accepted request, ${median(runs.map(run => run.resident)).toFixed(0)} MB resident`,
  )
const ratio = median(results.biwa.map((run, i) => run.milliseconds / (results.bare[i]?.milliseconds ?? 1)))
console.log(`ratio ${ratio.toFixed(1)}`)
