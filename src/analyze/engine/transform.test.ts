// A job loses no record and doubles none: every document of its source is a row or a dead letter with its text, its reason
// and its place, whatever the objects look like.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { tries } from '../../../test/testing/tries.ts'
import { hadoopSnappy } from '../../formats/snappy.ts'
import { type Column, parseSchema } from './request.ts'
import { fileOf, query, type Ran, readBack, transform } from './testing/tables.ts'

const schema = parseSchema('id bigint, name string, t double')
const unload = "UNLOAD (SELECT id, name, t FROM source) TO 's3://b/t/' WITH (format = 'PARQUET')"

async function run(
  contents: readonly (readonly [path: string, content: string | Uint8Array])[],
  required = ['id'],
  given: readonly Column[] = schema,
): Promise<Ran> {
  const files = await Promise.all(contents.map(([path, content]) => fileOf(`s3://raw/${path}`, content)))
  const ran = await transform(unload, { source: { files, schema: given, required } })
  assert.equal(ran.recordsIn, ran.recordsOut + ran.dead.length)
  assert.equal(ran.deadLetters.count, ran.dead.length)
  return ran
}

test('lines become rows, and broken ones dead letters with reason, object, line and text', async () => {
  const lines = [
    '{"id":1,"name":"a","t":1.5}',
    'broken',
    '',
    '{"id":2,"t":"abc"}',
    '{"name":"x"}',
    '{"id":null}',
    '{"id":3,"name":7,"t":"2.5"}',
    '[1]',
  ]
  const ran = await run([['a.json.gz', lines.join('\n')]])
  assert.deepEqual(await readBack(ran, 'SELECT * FROM written ORDER BY id'), ['"1","a","1.5"', '"3","7","2.5"'])
  assert.deepEqual(ran.dead, [
    { reason: 'malformed JSON', object: 's3://raw/a.json.gz', line: 2, ordinal: 1, raw: 'broken' },
    {
      reason: 'the value of column t is no double',
      object: 's3://raw/a.json.gz',
      line: 4,
      ordinal: 1,
      raw: '{"id":2,"t":"abc"}',
    },
    {
      reason: 'the required column id is missing or null',
      object: 's3://raw/a.json.gz',
      line: 5,
      ordinal: 1,
      raw: '{"name":"x"}',
    },
    {
      reason: 'the required column id is missing or null',
      object: 's3://raw/a.json.gz',
      line: 6,
      ordinal: 1,
      raw: '{"id":null}',
    },
    { reason: 'not a JSON object', object: 's3://raw/a.json.gz', line: 8, ordinal: 1, raw: '[1]' },
  ])
  assert.deepEqual(ran.missingDelimiter, [])
})

test('objects in deflate and in Hadoop’s snappy are read, and what is cut off is told', async () => {
  const snappy = await Array.fromAsync(hadoopSnappy(new Blob(['{"id":1}\n{"id":2}{"id":3}\n']).stream()))
  const cut = deflateSync('{"id":5}\n'.repeat(1000)).subarray(0, -6)
  const ran = await run([
    ['a.json.snappy', Buffer.concat(snappy)],
    ['b.deflate', deflateSync('{"id":4}\nbroken\n')],
    ['c.deflate', cut],
  ])
  assert.deepEqual(await readBack(ran, 'SELECT id FROM written WHERE id < 5 ORDER BY id'), ['"1"', '"2"', '"3"', '"4"'])
  assert.deepEqual(
    ran.dead.filter(({ object }) => object.endsWith('b.deflate')).map(({ line, raw }) => [line, raw]),
    [[2, 'broken']],
  )
  const told = ran.dead.filter(({ object }) => object.endsWith('c.deflate'))
  assert.match(told.at(-1)?.reason ?? '', /the deflate is damaged after \d+ bytes of text/)
})

test('glued documents are records of their own, and the object is named', async () => {
  const ran = await run([
    ['glued.gz', '{"id":1}{"id":2} {"id":3}\n{"id":4}{"id":"x"}'],
    ['fine.gz', '{"id":5}\n'],
    ['late.gz', `${'{"id":6}\n'.repeat(20_000)}{"id":7}{"id":8}\n`],
  ])
  assert.equal(ran.recordsIn, 6 + 20_002)
  assert.deepEqual(
    ran.dead.map(({ line, ordinal, raw }) => [line, ordinal, raw]),
    [[2, 2, '{"id":"x"}']],
  )
  assert.deepEqual(ran.missingDelimiter, ['s3://raw/glued.gz', 's3://raw/late.gz'])
})

test('documents over several lines, line ends of Windows and a text without a last newline are read', async () => {
  const pretty = JSON.stringify({ id: 1, name: 'a' }, undefined, 2)
  const ran = await run([
    ['pretty.json', `${pretty}\n${pretty}`],
    ['windows.json', '{"id":2}\r\n{"id":3}\r\n'],
    ['last.json', '{"id":4}'],
  ])
  assert.deepEqual([ran.recordsIn, ran.recordsOut, ran.missingDelimiter], [5, 5, []])
})

test('a gzip that is cut off gives what came before the cut, and one dead letter that says so', async () => {
  const lines = Array.from({ length: 5000 }, (_, id) => `{"id":${id},"name":"n${(id * 7919) % 5000}"}`)
  const whole = gzipSync(lines.join('\n'))
  for (const kept of [whole.length - 1, whole.length - 9, Math.floor(whole.length / 2), 20]) {
    const ran = await run([
      ['cut.gz', whole.subarray(0, kept)],
      ['fine.gz', '{"id":1}\n'],
    ])
    assert.match(ran.dead[0]?.reason ?? '', /^the gzip is damaged/)
    assert.equal(ran.dead.length, 1)
    assert.ok(ran.recordsIn >= 2)
  }
})

test('a gzip damaged in the middle, and one that is none, are dead letters too', async () => {
  const whole = gzipSync('{"id":1}\n'.repeat(50_000))
  whole.fill(0xff, 60, 70)
  const ran = await run([
    ['hurt.gz', whole],
    ['none.gz', Buffer.from('{"id":1}\n')],
  ])
  assert.deepEqual(new Set(ran.dead.map(letter => letter.object)), new Set(['s3://raw/hurt.gz', 's3://raw/none.gz']))
  for (const letter of ran.dead) assert.match(letter.reason, /gzip is damaged/)
})

test('several gzip members in one object are all read', async () => {
  const ran = await run([['two.gz', Buffer.concat([gzipSync('{"id":1}\n'), gzipSync('{"id":2}\n')])]])
  assert.deepEqual([ran.recordsIn, ran.recordsOut], [2, 2])
})

test('bytes that are no UTF-8, empty objects and control characters harm nobody else', async () => {
  const ran = await run([
    ['latin.gz', gzipSync(Buffer.from('{"id":1,"name":"\xff"}\n{"id":2}\n', 'latin1'))],
    ['empty.gz', new Uint8Array(0)],
    ['blank.gz', '\n\n \n'],
    ['control.gz', '{"id":3,"name":"a\u0001b"}\n{"id":4}\n'],
  ])
  assert.deepEqual([ran.recordsIn, ran.recordsOut], [4, 2])
  assert.deepEqual(
    ran.dead.map(letter => letter.reason),
    ['a control character inside a string', 'not valid UTF-8'],
  )
})

test('a value counts as what the schema says, and never as something near it', async () => {
  const given = parseSchema('i int, b boolean, d decimal(5,2), ts timestamp, day date, l array<int>')
  const good = '{"i":"7","b":true,"d":1.25,"ts":"2025-10-15T12:00:00+02:00","day":"2025-10-15","l":[1,2]}'
  const bad = [
    '{"i":2.5}',
    '{"i":3000000000}',
    '{"i":true}',
    '{"b":1}',
    '{"b":"yes"}',
    '{"d":"x"}',
    '{"ts":"noon"}',
    '{"day":"x"}',
    '{"l":"x"}',
    '{"i":{}}',
  ]
  const files = [await fileOf('s3://raw/a.json', [good, ...bad].join('\n'))]
  const ran = await transform("UNLOAD (SELECT * FROM source) TO 's3://b/t' WITH (format = 'PARQUET')", {
    source: { files, schema: given, required: [] },
  })
  assert.deepEqual(await readBack(ran), ['"7","true","1.25","2025-10-15 10:00:00.000","2025-10-15","[1, 2]"'])
  assert.deepEqual(
    ran.dead.map(letter => letter.raw),
    bad,
  )
})

test('a value of the wrong type deep inside a nested column is a dead letter too, and a missing one is NULL', async () => {
  const nested = parseSchema(
    'id bigint, p struct<a:bigint,q:struct<b:double>>, l array<bigint>, m map<string,bigint>, s array<struct<x:bigint,n:string>>',
  )
  const good = [
    '{"id":1,"p":{"a":1,"q":{"b":1.5}},"l":[1,2],"m":{"k":1},"s":[{"x":1,"n":"a"}]}',
    '{"id":2,"p":{"q":{}},"l":[],"m":{},"s":[{},{"x":null}]}',
    '{"id":3,"p":{"a":null,"q":null,"more":[1]},"l":[null,1],"m":{"k":null},"s":[null]}',
    '{"id":4}',
    '{"id":5,"p":null,"l":null,"m":null,"s":null}',
  ]
  const bad: readonly (readonly [line: string, column: string])[] = [
    ['{"id":6,"p":{"a":"no"}}', 'p'],
    ['{"id":7,"p":{"q":{"b":"no"}}}', 'p'],
    ['{"id":8,"p":{"q":5}}', 'p'],
    ['{"id":9,"p":5}', 'p'],
    ['{"id":10,"p":{"a":true}}', 'p'],
    ['{"id":11,"l":[1,"no"]}', 'l'],
    ['{"id":12,"l":[1,[2]]}', 'l'],
    ['{"id":13,"l":{"0":1}}', 'l'],
    ['{"id":14,"m":{"k":"no"}}', 'm'],
    ['{"id":15,"s":[{"x":1},{"x":"no"}]}', 's'],
    ['{"id":16,"s":[7]}', 's'],
  ]
  const lines = [...good, ...bad.map(([line]) => line)].join('\n')
  const files = [await fileOf('s3://raw/n.json', lines)]
  const all = "UNLOAD (SELECT id, p, l, m, s FROM source) TO 's3://b/t/' WITH (format = 'PARQUET')"
  const ran = await transform(all, { source: { files, schema: nested, required: ['id'] } })
  assert.deepEqual(
    ran.dead.map(({ raw, reason }) => [raw, reason]),
    bad.map(([line, column]) => [
      line,
      `the value of column ${column} is no ${nested.find(({ name }) => name === column)?.type}`,
    ]),
  )
  assert.equal(ran.recordsIn, good.length + bad.length)
  assert.deepEqual(await readBack(ran, 'SELECT id FROM written ORDER BY id'), ['"1"', '"2"', '"3"', '"4"', '"5"'])
  assert.deepEqual(await readBack(ran, 'SELECT p.q.b, l[2], s[1].n FROM written WHERE id = 1'), ['"1.5","2","a"'])
})

test('without a schema the data tells its own', async () => {
  const files = [
    await fileOf(
      's3://raw/a.gz',
      '{"Id":1,"t":1.0,"ok":true,"tags":["a"],"pos":{"lat":1.5}}\n{"Id":2,"t":2,"note":null}\n',
    ),
  ]
  const ran = await transform("UNLOAD (SELECT * FROM source) TO 's3://b/t' WITH (format = 'PARQUET')", {
    source: { files, required: ['id'] },
  })
  assert.deepEqual(
    ran.sourceSchema,
    parseSchema('id bigint, t double, ok boolean, tags array<string>, pos struct<lat:double>, note string'),
  )
  assert.deepEqual(ran.columns, ran.sourceSchema)
  assert.deepEqual(await readBack(ran, 'SELECT id, t, pos.lat FROM written ORDER BY id'), [
    '"1","1.0","1.5"',
    '"2","2.0",',
  ])
})

test('members of documents are found as the schema spells them, however deep, and SQL tells no case apart', async () => {
  const spelled = parseSchema(
    'deviceId string, battIP double, p struct<posX:bigint,Inner:struct<a1B:string>>, l array<struct<xY:int>>, m map<string,struct<zZ:int>>',
  )
  const line = (id: string, x: unknown) =>
    `{"deviceId":${id},"battIP":1.5,"p":{"posX":${x},"Inner":{"a1B":"t"}},"l":[{"xY":7}],"m":{"Key":{"zZ":8}}}`
  const files = [
    await fileOf(
      's3://raw/a.json',
      [line('"a"', 3), line('"b"', '"no"'), line('null', 1), '{"deviceid":"c"}'].join('\n'),
    ),
  ]
  const script = `UNLOAD (SELECT deviceID AS device, BATTIP, p.posx, p."inner".a1b, l[1].xy, m['Key'].zz, p FROM source)
    TO 's3://b/t' WITH (format = 'PARQUET')`
  const ran = await transform(script, { source: { files, schema: spelled, required: ['deviceId'] } })
  assert.deepEqual(await readBack(ran), ['"a","1.5","3","t","7","8","{posx=3, inner={a1b=t}}"'])
  const missing = 'the required column deviceId is missing or null'
  assert.deepEqual(
    ran.dead.map(({ reason }) => reason),
    ['the value of column p is no struct<posX:bigint,Inner:struct<a1B:string>>', missing, missing],
  )
  assert.deepEqual(
    ran.columns.map(({ name }) => name),
    ['device', 'battip', 'posx', 'a1b', 'xy', 'zz', 'p'],
  )
  assert.throws(() => parseSchema('a int, b int, A int'), /twice \(a and A, which SQL does not tell apart\)/)
})

test('members inside of members are found without a schema too, as the documents spell them', async () => {
  const files = [await fileOf('s3://raw/a.gz', '{"metaData":{"deviceId":"a","N":[{"xY":1}]}}\n')]
  const ran = await transform("UNLOAD (SELECT * FROM source) TO 's3://b/t' WITH (format = 'PARQUET')", {
    source: { files, required: [] },
  })
  assert.deepEqual(await readBack(ran, 'SELECT metadata.deviceid, metadata.n[1].xy FROM written'), ['"a","1"'])
})

test('no objects at all is a run with nothing in it', async () => {
  const ran = await transform("UNLOAD (SELECT anything FROM source) TO 's3://b/t' WITH (format = 'PARQUET')", {
    source: { files: [], required: ['id'] },
  })
  assert.deepEqual([ran.recordsIn, ran.recordsOut, ran.rowsWritten, ran.files.length], [0, 0, 0, 0])
})

test('whatever the objects hold, in = out + dead letters, and every whole record is written once', async () => {
  let next = 0
  const good = fc.constant(undefined).map(() => {
    next += 1
    return { text: `{"id":${next},"name":"n"}`, id: next }
  })
  const bad = fc
    .constantFrom('{"id":"x"}', '{"name":"y"}', 'rubbish', '{"id":1,', '[]', '{"id":1.5}', '"', '{"id":{}}')
    .map(text => ({ text, id: undefined }))
  const piece = fc.tuple(fc.oneof({ weight: 4, arbitrary: good }, bad), fc.constantFrom('\n', '\n', '\n', '\n\n', ''))
  const object = fc.tuple(fc.array(piece, { maxLength: 30 }), fc.boolean())
  await fc.assert(
    fc.asyncProperty(fc.array(object, { minLength: 1, maxLength: 4 }), async objects => {
      const contents = objects.map(([pieces, gzip], index): readonly [string, string] => {
        // What is no document reaches to the end of its line: nothing good stands behind it.
        const text = pieces.map(([one, gap]) => one.text + (one.id === undefined && gap === '' ? '\n' : gap)).join('')
        return [`${index}.json${gzip ? '.gz' : ''}`, text]
      })
      const ran = await run(contents)
      const ids = objects.flatMap(([pieces]) => pieces.flatMap(([one]) => (one.id === undefined ? [] : [one.id])))
      const written = ran.files.length === 0 ? [] : await readBack(ran, 'SELECT id FROM written')
      const sorted = (values: readonly number[]) => [...values].sort((one, other) => one - other)
      assert.deepEqual(sorted(written.map(line => Number(line.slice(1, -1)))), sorted(ids))
    }),
    { numRuns: tries(25) },
  )
})

test('the dead letters are JSON lines', async () => {
  const ran = await run([['a.gz', 'x\n{"id":1}\n']])
  const text = await readFile(ran.deadLetters.file ?? '', 'utf8')
  assert.equal(text, '{"reason":"malformed JSON","object":"s3://raw/a.gz","line":1,"ordinal":1,"raw":"x"}\n')
  assert.deepEqual((await query('SELECT 1')).lines, ['"_col0"', '"1"'])
})
