// What a job writes: partitions apart, the columns of its target, lines that a table reads again; a script that writes nothing is refused.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSchema, type TargetTable } from './request.ts'
import { fileOf, jsonTable, readBack, transform } from './testing/tables.ts'

const schema = parseSchema('id bigint, name string, t double')
test('partitions are written apart, with their values, NULL among them', async () => {
  const files = [
    await fileOf('s3://raw/a.gz', '{"id":1,"name":"x y/z=1"}\n{"id":2,"name":null}\n{"id":3,"name":"x y/z=1"}\n'),
  ]
  const script =
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the script's own placeholder
    "UNLOAD (SELECT id, id % 2 AS odd, name FROM source) TO '${TARGET}' WITH (format='PARQUET', partitioned_by=ARRAY['odd','name'])"
  const ran = await transform(script, {
    source: { files, schema, required: [] },
    arguments: { TARGET: "s3://b/it's/" },
  })
  assert.deepEqual(ran.target, { kind: 'prefix', location: "s3://b/it's/" })
  const written = ran.files
    .map(({ partition, rows }) => ({ partition, rows }))
    .sort((one, other) => (one.rows ?? 0) - (other.rows ?? 0))
  assert.deepEqual(written, [
    {
      partition: [
        ['odd', '0'],
        ['name', null],
      ],
      rows: 1,
    },
    {
      partition: [
        ['odd', '1'],
        ['name', 'x y/z=1'],
      ],
      rows: 2,
    },
  ])
  assert.deepEqual(ran.partitionColumns, [
    { name: 'odd', type: 'bigint' },
    { name: 'name', type: 'string' },
  ])
  const [id] = ran.files.find(file => file.rows === 2)?.columns ?? []
  assert.deepEqual(id, { name: 'id', minimum: '1', maximum: '3', nulls: 0 })
})

test('an INSERT takes tables of the catalog and gives the columns of its target', async () => {
  const t = await jsonTable('t', parseSchema('a int, b string'), parseSchema('day int'), [
    { values: ['14'], rows: [{ a: 1, b: 'x' }] },
    { values: ['15'], rows: [{ a: 2, b: 'y' }, { a: 3 }] },
  ])
  const target: TargetTable = {
    database: 'default',
    name: 'out',
    columns: parseSchema('total double, b string'),
    partitionColumns: parseSchema('day int'),
    format: 'parquet',
  }
  const ran = await transform('INSERT INTO out SELECT sum(a), b, day FROM t WHERE day = 15 GROUP BY b, day', {
    tables: async () => [t],
    target: async reference => {
      assert.deepEqual(reference, { database: 'default', name: 'out' })
      return target
    },
  })
  assert.deepEqual(t.indexes, [[1]])
  assert.deepEqual([ran.recordsIn, ran.recordsOut, ran.rowsWritten], [2, 2, 2])
  assert.deepEqual(ran.columns, target.columns)
  assert.deepEqual(await readBack(ran, 'SELECT * FROM written ORDER BY b'), ['"2.0","y","15"', '"3.0",,"15"'])
})

test('INSERT OVERWRITE is an INSERT that says the table is to be replaced', async () => {
  const files = [await fileOf('s3://raw/a.gz', '{"id":1,"name":"a"}\n')]
  for (const [script, isReplaced] of [
    ['INSERT INTO out SELECT id FROM source', false],
    ['INSERT OVERWRITE out SELECT id FROM source', true],
    ['insert overwrite table db.out SELECT id FROM source;', true],
  ] as const) {
    const asked: boolean[] = []
    const ran = await transform(script, {
      source: { files, schema, required: [] },
      target: async (reference, replaced) => {
        asked.push(replaced)
        return { ...reference, columns: parseSchema('id bigint'), partitionColumns: [], format: 'parquet' }
      },
    })
    assert.deepEqual([asked, ran.target.kind === 'table' && ran.target.isReplaced === true], [[isReplaced], isReplaced])
    assert.deepEqual(await readBack(ran), ['"1"'])
  }
})

test('JSON output is lines that a table reads again', async () => {
  const files = [await fileOf('s3://raw/a.gz', '{"id":1,"name":"a"}\n')]
  const ran = await transform("UNLOAD (SELECT id, name FROM source) TO 's3://b/t' WITH (format = 'JSON')", {
    source: { files, schema, required: [] },
  })
  assert.equal(ran.extension, '.json.gz')
  assert.deepEqual(await readBack(ran), ['"1","a"'])
})

for (const [script, message] of [
  ["UNLOAD (SELECT id FROM source) TO 's3://b/t' WITH (format = 'ORC')", /'ORC' is not supported/],
  ["UNLOAD (SELECT id FROM source) TO '/tmp/x' WITH (format = 'PARQUET')", /s3:\/\/ location/],
  [
    "INSERT OVERWRITE t PARTITION (day='1') SELECT id FROM source",
    /PARTITION is not supported .* replaces the whole table/,
  ],
  ["INSERT OVERWRITE DIRECTORY '/x' SELECT id FROM source", /DIRECTORY in INSERT is not supported/],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the script's own placeholder
  ["UNLOAD (SELECT id FROM source) TO '${NOPE}' WITH (format = 'PARQUET')", /no argument --NOPE/],
  [
    "UNLOAD (SELECT id FROM source) TO 's3://b' WITH (format = 'PARQUET', bucketed_by = ARRAY['id'])",
    /'bucketed_by' is not supported/,
  ],
  [
    "UNLOAD (SELECT name, id FROM source) TO 's3://b' WITH (format = 'PARQUET', partitioned_by = ARRAY['name'])",
    /HIVE_COLUMN_ORDER_MISMATCH/,
  ],
  ["UNLOAD (SELECT id + 1 FROM source) TO 's3://b' WITH (format = 'PARQUET')", /MISSING_COLUMN_NAME/],
  ["UNLOAD (SELECT nope FROM source) TO 's3://b' WITH (format = 'PARQUET')", /COLUMN_NOT_FOUND: line 1:8/],
  ["UNLOAD (SELECT * FROM glob('/*')) TO 's3://b' WITH (format = 'PARQUET')", /mismatched input '\('/],
  ["UNLOAD (SELECT id FROM source) TO 's3://b' WITH (format = 'PARQUET'); DROP TABLE x", /one statement/],
  ['SELECT 1', /begins with 'SELECT'/],
  ['', /begins with ''/],
  ['import sys', /begins with 'import'/],
] as const) {
  test(`${script === '' ? 'an empty script' : script} is refused with a reason`, async () => {
    const files = [await fileOf('s3://raw/a.gz', '{"id":1}\n')]
    await assert.rejects(transform(script, { source: { files, schema, required: [] } }), message)
  })
}
