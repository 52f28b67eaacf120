/**
 * Whatever is defined, all of it is in the picture, nothing in the picture lies over another thing or outside of its box, and
 * no name, however odd, becomes markup: properties of the three writers, over definitions made up by chance.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { tries } from '../../../test/testing/tries.ts'
import { bucket, column, crawler, delivery, files, job, lake, stream, table, workgroup } from '../define.ts'
import type { AnyPart, LakeDefinition } from '../lake.ts'
import { layoutOf, measures, padding } from './layout.ts'
import { columnsOf } from './measure.ts'
import { mermaidOf } from './mermaid.ts'
import { svgOf } from './svg.ts'
import { textOf } from './text.ts'
import { wayOf } from './way.ts'

const record = { id: column.string(), at: column.epochSeconds() }
const sql = 'SELECT id FROM source'
const hostile = fc.constantFrom(
  'raw/',
  '<script>alert(1)</script',
  `"'&amp;]]>`,
  '琵琶湖/データ/',
  '\u001b[31m\u0000\u0007/',
  '`%%{init}%%`#quot;/',
  'a\u202eb\n--> c/',
  '\ud800/',
  'x'.repeat(300),
)
const folder = hostile.map(text => `${text.replaceAll('//', '/').replace(/\/$/, '')}/`)
const word = fc.stringMatching(/^[a-z][a-z0-9_]{0,60}$/)

/** Some streams, deliveries, tables, jobs from any source into any table, crawlers and a workgroup. */
const definition: fc.Arbitrary<LakeDefinition> = fc
  .record({
    streams: fc.uniqueArray(word, { minLength: 1, maxLength: 3 }),
    deliveries: fc.uniqueArray(fc.tuple(word, folder, fc.nat(3)), { maxLength: 4, selector: ([name]) => name }),
    tables: fc.uniqueArray(fc.tuple(word, folder), { minLength: 1, maxLength: 4, selector: ([name]) => name }),
    jobs: fc.uniqueArray(fc.tuple(word, fc.nat(20), fc.nat(20), fc.nat(6)), {
      maxLength: 6,
      selector: ([name]) => name,
    }),
    crawlers: fc.uniqueArray(fc.tuple(word, folder), { maxLength: 2, selector: ([name]) => name }),
    hasWorkgroup: fc.boolean(),
  })
  .map(drawn => {
    const store = bucket('store-of-all')
    const streams = drawn.streams.map(name => stream(name, { record, partitionKey: 'id' }))
    const deliveries = drawn.deliveries.map(([name, prefix, at]) => {
      const from = streams[at]
      const to = store.prefix(`in/${prefix}`)
      return from === undefined ? delivery(name, { record, to }) : delivery(name, { from, to })
    })
    const tables = drawn.tables.map(([name, prefix]) =>
      table(name, { at: store.prefix(`tables/${prefix}`), columns: record }),
    )
    const sources = [files(store.prefix('uploads/'), { record }), ...deliveries, ...tables]
    const jobs = drawn.jobs.flatMap(([name, fromAt, intoAt, readsAt]) => {
      const [from, into, reads] = [sources[fromAt % sources.length], tables[intoAt % tables.length], tables[readsAt]]
      return from && into ? [job(name, { from, into, reads: reads ? [reads] : [], sql })] : []
    })
    const crawlers = drawn.crawlers.map(([name, prefix]) => crawler(name, { at: store.prefix(`tables/${prefix}`) }))
    const parts: AnyPart[] = [...streams, ...deliveries, ...tables, ...jobs, ...crawlers, bucket('alone')]
    if (drawn.hasWorkgroup) parts.push(workgroup('people', { results: bucket('answers') }))
    return lake('pond', { region: 'ap-northeast-1', parts })
  })

const holds = (property: (definition: LakeDefinition) => void) =>
  fc.assert(fc.property(definition, property), { numRuns: tries(60) })

const unbroken = (text: string): string => text.replace(/\s/g, '')

test('every part is in the graph, by its name or as the place where its data lies', () => {
  holds(definition => {
    const { nodes } = wayOf(definition, { roles: true })
    for (const { kind, name } of definition.parts)
      assert.ok(
        nodes.some(node => {
          if (kind === 'bucket')
            return node.name === name || `${node.name} ${node.facts.join(' ')}`.includes(`s3://${name}/`)
          return kind === 'files' ? node.name === name : node.kind === kind && node.name === name
        }),
        `${kind} ${name}`,
      )
  })
})

test('the text is no wider than the terminal, steers none, and names every node', () => {
  fc.assert(
    fc.property(definition, fc.integer({ min: 40, max: 200 }), (definition, columns) => {
      const way = wayOf(definition)
      const text = textOf(way, { columns })
      for (const line of text.split('\n')) assert.ok(columnsOf(line) <= columns, line)
      assert.doesNotMatch(text.replaceAll('\n', ''), /\p{C}/u)
      for (const { kind } of way.nodes) assert.ok(text.includes(kind))
      const wide = unbroken(textOf(way, { columns: 2000 }))
      for (const { name } of way.nodes) assert.ok(wide.includes(unbroken(name)), name)
    }),
    { numRuns: tries(60) },
  )
})

test('in Mermaid each node and edge is one line, and no name ends its quotes or becomes markup', () => {
  holds(definition => {
    const { nodes, edges, ...rest } = wayOf(definition)
    const lines = mermaidOf({ nodes, edges, ...rest })
      .trimEnd()
      .split('\n')
      .slice(4)
    assert.equal(lines.length, nodes.length + edges.length)
    for (const line of lines.slice(0, nodes.length))
      assert.match(line.replaceAll(/<br\/>|<\/?b>/g, ''), /^ {2}n\d+[[({]+"[^"<>`&;]*(#\d+;[^"<>`&;]*)*"[\])}]+$/)
    for (const line of lines.slice(nodes.length)) assert.match(line, /^ {2}n\d+ -->\|"[a-z ]+"\| n\d+$/)
  })
})

test('in the drawing no box lies over another, no word over a box, and no text leaves its box', () => {
  holds(definition => {
    const { boxes, paths, width, height } = layoutOf(wayOf(definition, { roles: true }), { height: 40, width: 100 })
    for (const [at, one] of boxes.entries()) {
      assert.ok(one.x >= 0 && one.y >= 40 && one.x + one.width <= width && one.y + one.height <= height)
      for (const { text, look } of one.lines) assert.ok(measures[look](text) <= one.width - 2 * padding, text)
      for (const other of boxes.slice(at + 1))
        assert.ok(
          one.x + one.width < other.x ||
            other.x + other.width < one.x ||
            one.y + one.height < other.y ||
            other.y + other.height < one.y,
          `${one.node.name} and ${other.node.name}`,
        )
    }
    const words = paths.map(({ edge, label }) => ({ ...label, end: label.x + measures.word(edge.word) }))
    for (const [at, { x, y, end }] of words.entries()) {
      for (const box of boxes)
        assert.ok(end < box.x || x > box.x + box.width || y < box.y || y - 11 > box.y + box.height, 'word over box')
      for (const other of words.slice(at + 1))
        assert.ok(end < other.x || other.end < x || Math.abs(y - other.y) >= 11, 'word over word')
    }
  })
})

test('a way goes from its one box to its other without crossing a third', () => {
  holds(definition => {
    const { boxes, paths } = layoutOf(wayOf(definition), { height: 40, width: 100 })
    for (const { edge, points, backwards } of paths) {
      const [left, right] = backwards ? [edge.to, edge.from] : [edge.from, edge.to]
      const boxOf = (node: unknown) => boxes.find(box => box.node === node)
      const [from, to, start, end] = [boxOf(left), boxOf(right), points[0], points.at(-1)]
      assert.ok(from && to && start && end)
      assert.ok(start.x === from.x + from.width && start.y > from.y && start.y < from.y + from.height)
      assert.ok(end.x === to.x && end.y > to.y && end.y < to.y + to.height)
      for (const [at, point] of points.entries()) {
        const next = points[at + 1]
        if (next === undefined) continue
        assert.ok(next.x > point.x, 'from left to right')
        for (const box of boxes)
          if (next.x > box.x && point.x < box.x + box.width)
            assert.ok(point.y < box.y || point.y > box.y + box.height, `over ${box.node.name}`)
      }
    }
  })
})

test('the drawing is valid XML that holds every name as text, fetches nothing and runs nothing', () => {
  const parser = new XMLParser({ ignoreAttributes: false, htmlEntities: true, isArray: name => name === 'g' })
  holds(definition => {
    const way = wayOf(definition)
    const svg = svgOf(way)
    assert.equal(XMLValidator.validate(svg), true)
    const { svg: read } = parser.parse(svg)
    assert.equal(read.g.length, way.nodes.length)
    for (const { name } of way.nodes) assert.ok(unbroken(read.desc['#text']).includes(unbroken(name)), name)
    assert.doesNotMatch(svg, /<script|<image|<foreignObject|@import|@font-face|\bon\w+=|href=/i)
  })
})

test('the same definition is drawn the same way', () => {
  holds(definition => {
    assert.equal(svgOf(wayOf(definition)), svgOf(wayOf(structuredClone(definition))))
    assert.equal(
      textOf(wayOf(definition), { columns: 80 }),
      textOf(wayOf(structuredClone(definition)), { columns: 80 }),
    )
  })
})

test('the parts of a chain stand behind each other, with what is worth knowing of each', () => {
  const readings = stream('readings', { record, partitionKey: 'id', shards: 2, retentionHours: 48 })
  const raw = delivery('to-s3', { from: readings, to: bucket('store').prefix('raw/'), compression: 'gzip' })
  const rows = table('rows', { at: bucket('store').prefix('rows/'), columns: record })
  const curate = job('curate', {
    from: raw,
    into: rows,
    sql,
    every: '5 minutes',
    deadLetters: bucket('store').prefix('dead/'),
  })
  const text = textOf(wayOf(lake('pond', { region: 'ap-northeast-1', parts: [curate] })), { columns: 200 })
  assert.match(
    text,
    /^readings +─ records ─▶ to-s3 +─ objects ─▶ s3:\/\/store\/raw\/ ─ new ─▶ curate +─ rows ─▶ rows$/m,
  )
  assert.match(text, /^2 shards, kept 2 days +gzip, 300 s or 5 MiB +every 5 minutes +s3:\/\/store\/rows\/$/m)
  assert.match(text, /^curate ─ broken ─▶ s3:\/\/store\/dead\/$/m)
})

test('a job that does its work by a function says so', () => {
  const from = files(bucket('store').prefix('in/'), { record })
  const into = table('rows', { at: bucket('store').prefix('rows/'), columns: record })
  const work = job('work', { from, into, transform: rows => rows })
  const { nodes } = wayOf(lake('pond', { region: 'ap-northeast-1', parts: [work] }))
  assert.deepEqual(nodes.find(({ kind }) => kind === 'job')?.facts, ['by a function, when it is started'])
})
