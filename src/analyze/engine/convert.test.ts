/**
 * Property: every line is rows of the file in the order of the lines, or one failure in AWS's words; no value is lost,
 * rounded or made NULL on the way; and the fast way through the lines never says anything else than the exact one.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { tries } from '../../../test/testing/tries.ts'
import { parquetFooterBytes, parquetTrailerBytes, parseParquetFooter } from '../../formats/parquet-footer.ts'
import { became, convert, hive, openx } from './testing/convert.ts'
import { directory } from './testing/tables.ts'

const parse = 'DataFormatConversion.ParseError'
const malformed = 'DataFormatConversion.MalformedData'

test('lines become rows in their order, and those that do not fit are named with their number', async () => {
  const lines = [
    '{"id":1,"t":1.5}',
    'broken',
    '{"id":"2","t":"x"}',
    '{"t":2.5,"id":3,"more":{"a":[1]}}',
    '[1]',
    '{"id":4}',
    '{"ID":5,"T":null}',
  ]
  const { values, failed, rows } = await convert('id int, t double', lines)
  assert.deepEqual(values, [
    [1, 1.5],
    [3, 2.5],
    [4, null],
    [5, null],
  ])
  assert.equal(rows, 4)
  assert.deepEqual(
    failed.map(({ line, code }) => [line, code]),
    [
      [1, parse],
      [2, malformed],
      [4, malformed],
    ],
  )
  assert.match(failed[0]?.message ?? '', /^Encountered malformed JSON\. /)
  assert.equal(failed[1]?.message, 'Data does not match the schema. For input string: "x"')
})

test('without a good line there is no file', async () => {
  const { file, rows, bytes, failed } = await convert('id int', ['x', ''])
  assert.deepEqual([file, rows, bytes, failed.length], [undefined, 0, 0, 2])
  assert.equal((await convert('id int', [])).file, undefined)
})

test('several documents on a line are several rows; one bad one fails the line', async () => {
  const lines = ['{"a":1}{"a":2} {"a":3}', '{"a":4}', '{"a":5}{"a":"x"}', '{"a":6}{"a":', '{"a":7},{"a":8}']
  const { values, failed } = await convert('a int', lines)
  assert.deepEqual(values, [[1], [2], [3], [4]])
  assert.deepEqual(
    failed.map(({ line }) => line),
    [2, 3, 4],
  )
})

test('every Hive type is kept, to the last digit', async () => {
  const schema = `a tinyint, b smallint, c int, d bigint, e float, f double, g decimal(38,10), h boolean, i string, j varchar(5),
    k date, l timestamp, m binary, n array<int>, o map<string,double>, p struct<x:int,y:array<struct<z:string>>>, q decimal`
  const document = `{"a":-128,"b":32767,"c":-2147483648,"d":9223372036854775807,"e":0.5,"f":1.7976931348623157e308,
    "g":1234567890123456789012345678.0123456789,"h":true,"i":"ü\\u0000\\n\\"","j":"abc","k":"2024-02-29","l":"2024-02-29T23:59:59.123456Z",
    "m":"hi","n":[1,null,3],"o":{"k":1.5,"l":null},"p":{"x":1,"y":[{"z":"q"},{"Z":"r"}],"w":0},"q":12}`
  const { values, types, failed } = await convert(schema, [document.replaceAll('\n', ' ')])
  assert.deepEqual(failed, [])
  assert.deepEqual(types, [
    ...[
      'TINYINT',
      'SMALLINT',
      'INTEGER',
      'BIGINT',
      'FLOAT',
      'DOUBLE',
      'DECIMAL(38,10)',
      'BOOLEAN',
      'VARCHAR',
      'VARCHAR',
    ],
    ...['DATE', 'TIMESTAMP', 'BLOB', 'INTEGER[]', 'MAP(VARCHAR, DOUBLE)'],
    ...['STRUCT("x" INTEGER, "y" STRUCT("z" VARCHAR)[])', 'DECIMAL(10,0)'],
  ])
  assert.deepEqual(values[0], [
    ...[-128, 32767, -2147483648, '9223372036854775807', 0.5, 1.7976931348623157e308],
    ...[
      '1234567890123456789012345678.0123456789',
      true,
      'ü\0\n"',
      'abc',
      '2024-02-29',
      '2024-02-29 23:59:59.123456',
      'hi',
    ],
    ...[
      [1, null, 3],
      [
        { key: 'k', value: 1.5 },
        { key: 'l', value: null },
      ],
      { x: 1, y: [{ z: 'q' }, { z: 'r' }] },
      '12',
    ],
  ])
})

describe('values that do not fit are failures, never NULL and never another number', () => {
  const refused: readonly (readonly [type: string, json: string, message?: string])[] = [
    ['tinyint', '128', 'MalformedData: Value out of range. Value:"128" Radix:10'],
    ['smallint', '-32769'],
    ['int', '2147483648', 'MalformedData: For input string: "2147483648"'],
    ['bigint', '9223372036854775808'],
    ['int', '2.5'],
    ['int', 'true'],
    ['int', '"oops"', 'MalformedData: For input string: "oops"'],
    ['int', '""'],
    ['int', '[1]'],
    ['int', '{"a":1}'],
    ['double', 'true'],
    ['double', '"nan"'],
    ['int', '"NaN"'],
    ['decimal(5,2)', '"Infinity"'],
    ['double', '1e999'],
    ['float', '1e300'],
    ['decimal(5,2)', '1000'],
    ['decimal(5,2)', '999.995'],
    ['decimal(5,2)', '"x"'],
    ['boolean', '1'],
    ['boolean', '"yes"'],
    ['date', '"2023-02-29"'],
    ['date', '"2023-02-28 10:00:00"'],
    ['date', '19000'],
    ['timestamp', '"2023-02-29 00:00:00"'],
    ['timestamp', '"2024-01-01T10:00:00+02:00"'],
    ['timestamp', '"2024-01-01 10:00:00+02"'],
    ['timestamp', '"yesterday"'],
    ['timestamp', 'true'],
    ['timestamp', '1e30'],
    ['struct<a:int>', '5', 'MalformedData: Data is not JSONObject  but java.lang.Long with value 5'],
    ['struct<a:int>', '{"a":"x"}'],
    ['array<int>', '[1,"x"]'],
    ['array<array<int>>', '[[1],[2.5]]'],
    ['map<string,int>', '[1]'],
    ['map<int,string>', '{"x":"y"}'],
  ]
  for (const [type, json, message] of refused) {
    test(`${json} is no ${type}`, async () => {
      const found = String(await became(type, json))
      if (message === undefined) assert.match(found, /^MalformedData: /)
      else assert.equal(found, message)
    })
  }
})

describe('values that OpenX takes', () => {
  const taken: readonly (readonly [type: string, json: string, expected: unknown])[] = [
    ['int', '"5"', 5],
    ['int', '5.0', 5],
    ['int', '1e3', 1000],
    ['double', '"1.5"', 1.5],
    ['double', '0', 0],
    ['double', '1', 1],
    ['double', '"1e3"', 1000],
    ['double', '"NaN"', 'NaN'],
    ['double', '"-Infinity"', '-Infinity'],
    ['float', '"Infinity"', 'Infinity'],
    ['array<double>', '["NaN",1]', ['NaN', 1]],
    ['float', '0.1', 0.10000000149011612],
    ['decimal(5,2)', '1.005', '1.01'],
    ['decimal(5,2)', '-0.004', '0.00'],
    ['decimal(5,2)', '"999.99"', '999.99'],
    ['decimal(20,0)', '12345678901234567890', '12345678901234567890'],
    ['decimal(3,3)', '1e-3', '0.001'],
    ['bigint', '9007199254740993', '9007199254740993'],
    ['boolean', '"TRUE"', true],
    ['string', '5', '5'],
    ['string', 'true', 'true'],
    ['string', '12345678901234567890', '12345678901234567890'],
    ['string', '{"a": [1, 2]}', '{"a":[1,2]}'],
    ['string', '"\\ud800x"', '\ufffdx'],
    ['array<int>', '5', [5]],
    ['array<string>', 'null', null],
    ['struct<a:int,b:string>', '{"B":"x"}', { a: null, b: 'x' }],
    ['string', '[{"Outer":{"Inner":1.50}}]', '[{"outer":{"inner":1.5}}]'],
    ['array<string>', '[["a"],{"B":true}]', ['["a"]', '{"b":true}']],
    ['struct<a:int,b:string>', '[7]', { a: 7, b: null }],
    ['struct<a:int>', '{}', { a: null }],
    ['map<string,int>', '{"A":1,"a":2}', [{ key: 'a', value: 2 }]],
    ['map<int,int>', '{"1":1,"01":2}', [{ key: 1, value: 2 }]],
    ['map<int,string>', '{"7":"y"}', [{ key: 7, value: 'y' }]],
    ['date', '"2024-2-9"', '2024-02-09'],
    ['timestamp', '"2017-02-07T15:13:01.39256Z"', '2017-02-07 15:13:01.39256'],
    ['timestamp', '"2017-02-07T15:13:01.123456789Z"', '2017-02-07 15:13:01.123456'],
    ['timestamp', '"2017-2-7 5:3:1.14"', '2017-02-07 05:03:01.14'],
    ['timestamp', '"2017-02-07 15:13:01"', '2017-02-07 15:13:01'],
    ['timestamp', '1518033528', '2018-02-07 19:58:48'],
    ['timestamp', '1518033528123', '2018-02-07 19:58:48.123'],
    ['timestamp', '"1518033528123"', '2018-02-07 19:58:48.123'],
    ['timestamp', '1518033528.25', '2018-02-07 19:58:48.25'],
    ['timestamp', '-1', '1969-12-31 23:59:59'],
    ['binary', '"a\\u0001é"', 'a\\x01\\xC3\\xA9'],
  ]
  for (const [type, json, expected] of taken) {
    test(`${json} as ${type}`, async () => assert.deepEqual(await became(type, json), expected))
  }
})

describe('Hive’s SerDe', () => {
  const options = { input: hive }
  test('takes no number in text, no single value for an array and nothing nested for text', async () => {
    const numeric = 'MalformedData: Current token (VALUE_STRING) not numeric, can not use numeric value accessors'
    assert.equal(await became('int', '"5"', options), numeric)
    assert.equal(await became('double', '"1.5"', options), numeric)
    assert.equal(
      await became('array<int>', '5', options),
      'MalformedData: java.io.IOException: Start of Array expected',
    )
    const nested = 'MalformedData: One or more fields have incorrect format. Exception when validating field (root)'
    assert.equal(await became('string', '{"a":1}', options), nested)
    assert.equal(await became('string', '[]', options), nested)
    const noObject = 'MalformedData: java.io.IOException: Start of Object expected'
    assert.equal(await became('struct<a:int>', '[5]', options), noObject)
    assert.equal(await became('map<string,int>', '5', options), noObject)
    assert.deepEqual(await became('map<string,int>', '{"A":1}', options), [{ key: 'A', value: 1 }])
    assert.equal(await became('string', '5', options), '5')
    assert.equal(await became('string', '"{x"', options), '{x')
    assert.equal(await became('double', '1', options), 1)
  })

  test('reads timestamps by its patterns, by milliseconds and as java.sql.Timestamp does', async () => {
    const read = (json: string, ...timestampFormats: readonly string[]) =>
      became('timestamp', json, { input: { serde: 'hive', timestampFormats } })
    assert.equal(await read('"2024-01-02 03:04:05.6"'), '2024-01-02 03:04:05.6')
    assert.equal(await read('1704164645678', 'millis'), '2024-01-02 03:04:05.678')
    assert.match(String(await read('1704164645678')), /MalformedData/)
    assert.equal(await read('"02/Jan/2024:03:04:05 +0130"', 'dd/MMM/yyyy:HH:mm:ss Z'), '2024-01-02 01:34:05')
    assert.equal(await read('"2024-01-02T03:04:05.678Z"', "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'"), '2024-01-02 03:04:05.678')
    assert.equal(await read('"1/2/24 3:04 PM"', 'millis', 'M/d/yy h:mm a'), '2024-01-02 15:04:00')
    assert.equal(await read('"2024-01-02 03:04:05"', 'M/d/yy'), '2024-01-02 03:04:05')
    assert.match(String(await read('"2/30/24"', 'M/d/yy')), /MalformedData/)
    await assert.rejects(read('"x"', 'yyyy ww'), /letter 'w' .* is not supported/)
  })
})

describe('keys', () => {
  const lines = ['{"deviceId":1,"a.b":2}', '{"DEVICEID":3}', '{"deviceid":4,"A.B":5}']
  test('know no case unless told otherwise', async () => {
    assert.deepEqual((await convert('deviceid int', lines)).values, [[1], [3], [4]])
    const exact = { input: { ...openx, caseInsensitive: false } }
    assert.deepEqual((await convert('deviceid int', lines, exact)).values, [[null], [null], [4]])
  })

  test('have underscores for dots when told so, and other names by the mapping', async () => {
    const dots = { input: { ...openx, dotsToUnderscores: true } }
    assert.deepEqual((await convert('a_b int', lines, dots)).values, [[2], [null], [5]])
    assert.deepEqual((await convert('a_b int', lines)).values, [[null], [null], [null]])
    const mapped = { input: { ...openx, keyMappings: { id: 'deviceId' } } }
    assert.deepEqual((await convert('id int, deviceid int', lines, mapped)).values, [
      [1, 1],
      [3, 3],
      [4, 4],
    ])
  })

  test('of a key that is there twice the exact spelling counts, and of two equal ones the last', async () => {
    const twice = [
      '{"a":1,"A":2}',
      '{"A":3,"a":4}',
      '{"a":5,"a":6}',
      '{"A":7,"A":8}',
      '{"a":9,"b":0,"b":1}',
      '{"A":10,"a":null}',
    ]
    assert.deepEqual((await convert('a int', twice)).values, [[1], [4], [6], [8], [9], [null]])
  })
})

test('names and types may be written in capitals and with spaces, as catalogs have them', async () => {
  const columns = [
    { name: 'Item', type: 'STRUCT<deviceId: INT, tags : array< map<string, Decimal(5, 1)> >>' },
    { name: 'when', type: 'Timestamp' },
  ]
  const line = '{"item":{"deviceid":1,"TAGS":[{"a":1.25}]},"WHEN":0}'
  const { values, failed } = await convert('x int', [line], { columns })
  assert.deepEqual(failed, [])
  assert.deepEqual(
    JSON.stringify(values).toLowerCase(),
    '[[{"deviceid":1,"tags":[[{"key":"a","value":"1.3"}]]},"1970-01-01 00:00:00"]]',
  )
})

test('several conversions share a directory', async () => {
  const scratchDirectory = await directory()
  const made = await Promise.all(
    [1, 2, 3].map(async number => {
      const lines = `${scratchDirectory}/lines-${number}`
      await writeFile(lines, `{"a":${number}}\n{"a":"${number}"}\nx\n`)
      return convert('a int', [], { lines, scratchDirectory })
    }),
  )
  assert.deepEqual(
    made.map(({ values }) => values),
    [1, 2, 3].map(number => [[number], [number]]),
  )
})

describe('bad input', () => {
  test('what is almost JSON is refused, though DuckDB would read it', async () => {
    const almost = [
      '{"a":1,}',
      '{"a":[1,]}',
      '{"a":NaN}',
      '{"a":1,"b":Infinity}',
      '{"a":1,"b":-inf}',
      "{'a':1}",
      '{"a":01}',
      '{"a":1}x',
    ]
    const { failed, values } = await convert('a int', [
      ...almost,
      ...Array.from({ length: 20 }, () => '{"a":2,"b":",]"}'),
    ])
    assert.deepEqual(
      failed.map(({ line }) => line),
      [...almost.keys()],
    )
    assert.equal(values.length, 20)
  })

  test('bytes that are no UTF-8, NUL, carriage returns, blank lines: each costs its own line', async () => {
    const lines = [
      '{"a":1}',
      Buffer.from('7b2261223aff7d', 'hex'),
      '{"a":2}\0',
      '',
      '{"a":3}\r',
      '\u0001',
      '{"a":4,"b":"\u0001"}',
      '{"a":5}',
    ]
    const { values, failed } = await convert('a int', lines)
    assert.deepEqual(values, [[1], [3], [5]])
    assert.deepEqual(
      failed.map(({ line, code }) => [line, code]),
      [1, 2, 3, 5, 6].map(line => [line, parse]),
    )
  })

  test('a byte order mark is no part of a document, at the beginning as elsewhere', async () => {
    const { values, failed } = await convert('a int', ['\ufeff{"a":1}', '{"a":2}', '\ufeff{"a":3}'])
    assert.deepEqual([values, failed.map(({ line }) => line)], [[[2]], [0, 2]])
  })

  test('of any bytes every line is a row or a failure', async () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc.constantFrom('{"a":1}', '{"a":', '"x"}', '\n', ' ', '\ufeff').map(text => Buffer.from(text)),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 40 }), async pieces => {
        const bytes = Buffer.concat(pieces)
        const { rows, failed } = await convert('a int', [bytes])
        const lines = Buffer.concat([bytes, Buffer.from('\n')]).reduce(
          (count, byte) => count + (byte === 10 ? 1 : 0),
          0,
        )
        // Several documents may stand on a line.
        assert.ok(rows + failed.length >= lines)
        assert.equal(new Set(failed.map(({ line }) => line)).size, failed.length)
        assert.ok(failed.every(({ line }, index) => line < lines && line > (failed[index - 1]?.line ?? -1)))
      }),
      { numRuns: tries(60) },
    )
  })

  test('documents nested without measure and lines of ten megabytes', async () => {
    const deep = (depth: number) => `{"a":1,"s":${'['.repeat(depth)}${']'.repeat(depth)}}`
    const long = `{"a":2,"s":"${'x'.repeat(10 * 1024 ** 2)}"}`
    const { values, failed } = await convert('a int, s string', [deep(900), deep(1_000_000), long, '{"a":3}'])
    assert.deepEqual(
      values.map(([a]) => a),
      [1, 2, 3],
    )
    assert.equal(String(values[1]?.[1]).length, 10 * 1024 ** 2)
    assert.deepEqual(
      failed.map(({ line, code }) => [line, code]),
      [[1, parse]],
    )
  })

  test('names of columns that would end a statement are names', async () => {
    const columns = [
      { name: `a"b'c`, type: 'int' },
      { name: 'select', type: 'int' },
    ]
    const { values } = await convert('x int', ['{"a\\"b\'c":1,"select":2}'], { columns })
    assert.deepEqual(values, [[1, 2]])
  })

  test('types that there are not are refused by name', async () => {
    await assert.rejects(convert('a uniontype<int,string>', ['{}']), /uniontype/)
    await assert.rejects(convert('x int', ['{}'], { columns: [] }), /no columns/)
  })
})

const arrow = spawnSync('python3', ['-c', 'import pyarrow.parquet'])
test('pyarrow reads the types that were declared', { skip: arrow.status !== 0 && 'no pyarrow here' }, async () => {
  const schema =
    'a int, b bigint, c double, d string, e timestamp, f date, g decimal(10,2), h array<int>, i struct<x:string>, j map<string,int>'
  const { file = '' } = await convert(schema, ['{"a":1,"h":[1],"i":{"x":"y"},"j":{"k":1}}'])
  const program = "import sys, pyarrow.parquet as p; print(*[str(f.type) for f in p.read_schema(sys.argv[1])], sep='|')"
  const { stdout } = spawnSync('python3', ['-c', program, file])
  const expected =
    'int32|int64|double|string|timestamp[us]|date32[day]|decimal128(10, 2)|list<element: int32>|struct<x: string>|map<string, int32>'
  assert.equal(stdout.toString().trim(), expected)
})

test('the codec is the one asked for', async () => {
  for (const compression of ['SNAPPY', 'GZIP', 'UNCOMPRESSED'] as const) {
    const { values, file = '' } = await convert('a int', ['{"a":1}'], { output: { format: 'parquet', compression } })
    assert.deepEqual(values, [[1]])
    assert.equal((await footerOf(file)).codec, compression)
  }
})

test('the fast way says what the exact way says', async () => {
  const scalar = fc.oneof(
    { weight: 4, arbitrary: fc.integer().map(String) },
    { weight: 3, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }).map(String) },
    { weight: 3, arbitrary: fc.string({ unit: 'grapheme' }).map(text => JSON.stringify(text)) },
    {
      weight: 3,
      arbitrary: fc
        .date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
        .map(date => JSON.stringify(date)),
    },
    fc.constantFrom(
      'null',
      'true',
      'false',
      '"true"',
      '"5"',
      '0',
      '1',
      '1.0',
      '-0',
      '1e3',
      '1E400',
      '"2024-01-01"',
      '"2024-01-01 1:2:3"',
    ),
    fc.constantFrom(
      '"2024-01-01 01:02:03.1+02"',
      '"2024-01-01T01:02:03"',
      '1700000000',
      '1700000000000',
      '"12:00"',
      '[]',
      '{}',
      '[1,2]',
    ),
    fc.constantFrom(
      'NaN',
      '{"x":{"y":1}}',
      '12345678901234567890',
      '0.12345678901234567890',
      '"0001-01-01"',
      '""',
      '"nan"',
    ),
  )
  const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'A', 'B', 'c.d', 'C_D', 'x')
  const whole = fc
    .tuple(...Array.from({ length: 7 }, () => scalar))
    .map(values => values.map((value, index) => ['abcdefg'[index], value]))
  const members = fc.oneof(fc.array(fc.tuple(key, scalar), { maxLength: 8 }), whole)
  const document = members.map(all => `{${all.map(([name, value]) => `"${name}":${value}`).join(',')}}`)
  const line = fc.oneof(
    { weight: 12, arbitrary: document },
    fc.string({ unit: 'grapheme' }).map(text => text.replace(/\p{Cc}/gu, '') || 'x'),
    fc.constant('[1]'),
  )
  const types = fc.constantFrom(
    'tinyint',
    'int',
    'bigint',
    'float',
    'double',
    'decimal(12,3)',
    'boolean',
    'string',
    'date',
    'timestamp',
  )
  const schema = fc
    .tuple(...Array.from({ length: 7 }, () => types))
    .map(all => all.map((type, index) => `${'abcdefg'[index]} ${type}`).join(', '))
  const input = fc.constantFrom(
    openx,
    hive,
    { ...openx, caseInsensitive: false },
    { ...openx, dotsToUnderscores: true },
    { ...openx, keyMappings: { a: 'x', c: 'C_D' } },
    { ...hive, timestampFormats: ['millis'] },
  )
  await fc.assert(
    fc.asyncProperty(schema, fc.array(line, { minLength: 1, maxLength: 30 }), input, async (schema, lines, input) => {
      // Lines that are plainly good keep the fast way worth while; one with a NUL shuts it.
      const good = lines.map(() => '{}')
      const fast = await convert(schema, [...lines, ...good, '{}'], { input })
      const exact = await convert(schema, [...lines, ...good, '\0'], { input })
      assert.deepEqual(fast.failed, exact.failed.slice(0, -1))
      assert.deepEqual(fast.values.slice(0, -1), exact.values)
    }),
    { numRuns: tries(60) },
  )
})

async function footerOf(file: string): Promise<ReturnType<typeof parseParquetFooter>> {
  const bytes = await readFile(file)
  const length = parquetFooterBytes(bytes.subarray(-parquetTrailerBytes), bytes.length)
  return parseParquetFooter(bytes.subarray(-parquetTrailerBytes - length, -parquetTrailerBytes))
}
