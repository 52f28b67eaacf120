/**
 * Property: each document gets the answer that it would get alone, whatever stands before and behind it: bad documents,
 * queries that fail, end the run, read on, never end or eat memory cost nobody else anything.
 */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import fc from 'fast-check'
import { tries } from '../../../../test/testing/tries.ts'
import { SystemClock } from '../../../world/clock.ts'
import { ConsoleLog } from '../../../world/log.ts'
import { Jq } from './jq.ts'

const clock = new SystemClock(new ConsoleLog())
const jq = new Jq({ clock })
after(() => jq.close())
const bytes = (...texts: readonly string[]) => texts.map(text => Buffer.from(text))
const extract = (query: string, ...texts: readonly string[]) => jq.extract(query, bytes(...texts))
const errorOf = async (query: string, text: string) => {
  const [result] = await extract(query, text)
  return result !== undefined && 'error' in result ? result.error : JSON.stringify(result)
}

describe('keys', () => {
  test('a query of AWS’s guide makes the keys of each document, in order', async () => {
    const query = '{customer_id: .customer_id, year: .event_timestamp| strftime("%Y"), device: .type.device}'
    const document = (id: number, at: number) =>
      JSON.stringify({ type: { device: 'mobile', event: 'x' }, customer_id: id, event_timestamp: at })
    assert.deepEqual(await extract(query, document(1, 1565382027), document(2, 1600000000)), [
      { keys: { customer_id: '1', year: '2019', device: 'mobile' } },
      { keys: { customer_id: '2', year: '2020', device: 'mobile' } },
    ])
  })

  test('numbers and booleans become text, numbers with the digits that they have', async () => {
    const document = '{"a":12345678901234567890,"b":1.50,"c":-0.1,"d":true,"e":false,"f":7,"g":"x","h":1e2}'
    assert.deepEqual(await extract('.', document), [
      { keys: { a: '12345678901234567890', b: '1.50', c: '-0.1', d: 'true', e: 'false', f: '7', g: 'x', h: '100' } },
    ])
    assert.deepEqual(await extract('{sum: (.a + 1), half: (.a / 2)}', '{"a":3}'), [{ keys: { sum: '4', half: '1.5' } }])
  })

  test('a key may be named as it likes, also like a part of the language', async () => {
    const [result] = await extract('{"__proto__": .a, "constructor": .a, "ключ": .a}', '{"a":"x"}')
    assert.ok(result !== undefined && 'keys' in result)
    assert.deepEqual(Object.entries(result.keys), [
      ['__proto__', 'x'],
      ['constructor', 'x'],
      ['ключ', 'x'],
    ])
  })

  test('null, a missing member and an empty string are refused in AWS’s words', async () => {
    for (const document of ['{"a":null}', '{}', '{"a":""}']) {
      assert.equal(await errorOf('{a: .a}', document), 'partitionKeys values must not be null or empty')
    }
  })

  test('what is no single object of plain values is refused', async () => {
    assert.match(await errorOf('{a: .a}', '{"a":[1]}'), /partition key a is an array/)
    assert.match(await errorOf('{a: .a}', '{"a":{"b":1}}'), /partition key a is an object/)
    assert.match(await errorOf('.a', '{"a":5}'), /one JSON object of a record, and made a number/)
    assert.match(await errorOf('{a: .a[]}', '{"a":[1,2]}'), /made 2 values/)
    assert.match(await errorOf('empty', '{}'), /made nothing/)
  })
})

describe('documents', () => {
  const query = '{a: .a}'

  test('a document that is no JSON or no UTF-8 fails by itself', async () => {
    const documents = [
      ...bytes('{"a":1}', '{"a":2', '}', '', '{"a":3}{"a":4}', '{"a":5}\n{"a":6}', 'NaN', '\ufeff{"a":7}', '{"a":8}'),
      Buffer.from([0x22, 0xff, 0x22]),
      ...bytes('{"a":\n 9\n}', '  '),
    ]
    const results = await jq.extract(query, documents)
    assert.deepEqual(
      results.map(result => ('keys' in result ? result.keys.a : result.error.slice(0, 8))),
      [
        '1',
        'Non JSON',
        'Non JSON',
        'Non JSON',
        'Non JSON',
        'Non JSON',
        'Non JSON',
        'Non JSON',
        '8',
        'Non UTF8',
        '9',
        'Non JSON',
      ],
    )
  })

  test('a query that fails on a document fails it alone', async () => {
    const results = await extract('{a: .a.b}', '{"a":{"b":1}}', '{"a":"text"}', '[1]', '{"a":{"b":2}}')
    assert.deepEqual(
      results.map(result => ('keys' in result ? result.keys.a : result.error)),
      [
        '1',
        'The query failed: Cannot index string with string "b"',
        'The query failed: Cannot index array with string "a"',
        '2',
      ],
    )
  })

  test('a document that is deeper than jq goes fails by itself', async () => {
    const deep = `{"a":1,"b":${'['.repeat(300)}${']'.repeat(300)}}`
    const results = await extract(query, '{"a":1}', deep, '{"a":2}')
    assert.deepEqual(results[0], { keys: { a: '1' } })
    assert.ok(results[1] !== undefined && 'error' in results[1] && /depth limit/.test(results[1].error))
    assert.deepEqual(results[2], { keys: { a: '2' } })
  })

  test('any document has the answer that it has alone', async () => {
    const one = fc.oneof(
      fc.json().map(text => `{"a":${text}}`),
      fc.json(),
      fc.string(),
      fc.string({ unit: 'grapheme' }).map(a => JSON.stringify({ a, b: '}\n{' })),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(one, { maxLength: 12 }), async texts => {
        const together = await extract(query, ...texts)
        const alone = []
        for (const text of texts) alone.push(...(await extract(query, text)))
        assert.deepEqual(together, alone)
      }),
      { numRuns: tries(25) },
    )
  })

  test('more documents than go into one run keep their order', async () => {
    const results = await extract(query, ...Array.from({ length: 12_000 }, (_, index) => `{"a":${index}}`))
    assert.equal(results.length, 12_000)
    assert.ok(results.every((result, index) => 'keys' in result && result.keys.a === String(index)))
  })

  test('nothing comes of nothing', async () => assert.deepEqual(await extract(query), []))
})

describe('queries that misbehave', () => {
  test('one that reads on or ends the run is asked about each document by itself', async () => {
    const documents = ['{"a":1}', '{"a":2}', '{"a":3}'] as const
    assert.deepEqual(await extract('if .a == 2 then halt else {a: .a} end', ...documents), [
      { keys: { a: '1' } },
      { error: 'The query failed: the query makes nothing of a record' },
      { keys: { a: '3' } },
    ])
    for (const result of await extract('{a: input.a}', ...documents)) assert.ok('error' in result)
  })

  test('one that never ends on a document costs that document its keys, and no other', async () => {
    await using impatient = closing(new Jq({ clock, deadlineMilliseconds: 250 }))
    const documents = Array.from({ length: 40 }, (_, index) => Buffer.from(`{"a":${index === 17 ? -1 : index}}`))
    const results = await impatient.jq.extract('{a: (.a + 1 | until(. == 0 or . > 0; . - 1))}', documents)
    const ended = await impatient.jq.extract('{a: (.a | if . < 0 then until(. > 0; . - 1) else . end)}', documents)
    assert.ok(results.every(result => 'keys' in result))
    const failed = ended.flatMap((result, index) => ('error' in result ? [`${index}: ${result.error}`] : []))
    assert.equal(failed.length, 1)
    assert.match(failed[0] ?? '', /^17: The query did not end in \d/)
  })

  test('one that never ends at all is given up in bounded time', async () => {
    await using impatient = closing(new Jq({ clock, deadlineMilliseconds: 20 }))
    const results = await impatient.jq.extract(
      '{a: (1 | until(false; .))}',
      Array.from({ length: 500 }, () => Buffer.from('{}')),
    )
    assert.equal(results.length, 500)
    assert.ok(results.every(result => 'error' in result && /did not end/.test(result.error)))
  })

  test('one that eats memory fails, and the next works', async () => {
    await using small = closing(new Jq({ clock, memoryBytesMax: 64 * 1024 ** 2, deadlineMilliseconds: 60_000 }))
    const [failed] = await small.jq.extract('{a: ([range(1e9)] | length)}', bytes('{}'))
    assert.ok(failed !== undefined && 'error' in failed)
    assert.match(failed.error, /cannot allocate memory/)
    assert.deepEqual(await small.jq.extract('{a: .a}', bytes('{"a":1}')), [{ keys: { a: '1' } }])
  })

  test('one that makes far too much of a record fails', async () => {
    await using patient = closing(new Jq({ clock, deadlineMilliseconds: 60_000 }))
    const [failed] = await patient.jq.extract('[range(100) as $i | "x" * 1000000]', bytes('{}'))
    assert.ok(failed !== undefined && 'error' in failed)
    assert.match(failed.error, /too much|allocate/)
  })

  test('none sees anything of the machine', async () => {
    assert.equal(process.env.PATH === undefined, false)
    const [result] = await extract('{path: $ENV.PATH, program: $ENV._, file: input_filename}', '{}')
    assert.deepEqual(result, { keys: { path: '/', program: 'jq', file: '/dev/stdin' } })
  })
})

describe('check', () => {
  test('a right query has no mistake', async () => {
    const right = ['{a: .a}', '.', '{a: .a} # why', 'def f: .a; {a: f}', '{"a-b": .x["y"]}', '{a: (.b // "none")}']
    for (const query of right) assert.equal(await jq.check(query), undefined, query)
  })

  test('a wrong one is said in jq’s words', async () => {
    assert.match((await jq.check('{a: .a')) ?? '', /^syntax error, unexpected end of file/)
    assert.match((await jq.check('{a: nothing}')) ?? '', /^nothing\/0 is not defined/)
    assert.match((await jq.check('.a | $x')) ?? '', /^\$x is not defined/)
  })

  test('brackets that only our own would close are a mistake', async () => {
    for (const query of ['.a) , (.b', '.a)] , [(.b', ')', '', 'import "a" as a; .a', 'module {}; .a']) {
      assert.notEqual(await jq.check(query), undefined, query)
    }
  })

  test('a query is not run by it', async () => {
    assert.equal(await jq.check('until(false; .)'), undefined)
  })
})

test('thousands of runs are as good as the first', async () => {
  const query = `{a: .a} # ${'x'.repeat(4000)}`
  for (let run = 0; run < 60; run += 1)
    assert.deepEqual(await extract(query, `{"a":${run}}`), [{ keys: { a: String(run) } }])
})

test('calls at the same time each get their own answers', async () => {
  const calls = Array.from({ length: 20 }, (_, index) => extract(`{a: (.a + ${index})}`, '{"a":1}'))
  assert.deepEqual(
    (await Promise.all(calls)).flat(),
    calls.map((_, index) => ({ keys: { a: String(1 + index) } })),
  )
})

test('after the end nothing is answered', async () => {
  const ended = new Jq({ clock })
  await ended.extract('.', bytes('{"a":1}'))
  await ended.close()
  await assert.rejects(ended.extract('.', bytes('{}')), /closed/)
  const unused = new Jq({ clock })
  await unused.close()
})

function closing(one: Jq): AsyncDisposable & { readonly jq: Jq } {
  return { jq: one, [Symbol.asyncDispose]: () => one.close() }
}
