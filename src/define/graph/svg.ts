/**
 * The way of the data as a drawing in one SVG document: no script, no font to fetch, light or dark as its reader prefers, with
 * a title and a description for those who hear it.
 */
import { type Box, layoutOf, lineHeight, margin, measures, type Path, padding, sizes } from './layout.ts'
import type { Node, NodeKind, Way } from './way.ts'

/** A stripe at the left of a box tells data that moves, parts that move it, and places where it lies. */
const stripes: Readonly<Record<NodeKind, 'moving' | 'acting' | 'lying' | 'asking'>> = {
  stream: 'moving',
  delivery: 'acting',
  job: 'acting',
  crawler: 'acting',
  folder: 'lying',
  bucket: 'lying',
  table: 'lying',
  workgroup: 'asking',
  role: 'asking',
}

const look = `
    .paper { fill: #ffffff; }
    .box { fill: #f6f8fa; stroke: #c4ccd4; }
    .way { fill: none; stroke: #7a8793; stroke-width: 1.5; }
    .tip { fill: #7a8793; }
    text { font-family: system-ui, -apple-system, 'Segoe UI', Roboto, 'Hiragino Sans', 'Noto Sans JP', sans-serif; }
    .head { font-size: ${sizes.head}px; font-weight: 600; fill: #17212b; }
    .name { font-size: ${sizes.name}px; font-weight: 600; fill: #17212b; }
    .kind, .word { font-size: ${sizes.kind}px; fill: #5b6875; }
    .fact { font-size: ${sizes.fact}px; fill: #34414d; }
    .moving { fill: #0b7fab; } .acting { fill: #b35900; } .lying { fill: #2b7d4b; } .asking { fill: #7a4fb5; }
    @media (prefers-color-scheme: dark) {
      .paper { fill: #10161c; }
      .box { fill: #1a232c; stroke: #3c4a57; }
      .way { stroke: #8697a6; } .tip { fill: #8697a6; }
      .head, .name { fill: #eef3f7; }
      .kind, .word { fill: #a3b1be; }
      .fact { fill: #ccd6df; }
      .moving { fill: #4fb8e0; } .acting { fill: #f0a050; } .lying { fill: #62c48a; } .asking { fill: #b794f0; }
    }`

const headHeight = 40

export function svgOf(way: Way): string {
  const title = `${way.lake} in ${way.region}`
  const { width, height, boxes, paths } = layoutOf(way, { height: headHeight, width: measures.head(title) })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title desc">
  <title id="title">${escaped(`The way of the data through the lake ${title}`)}</title>
  <desc id="desc">${escaped(told(way))}</desc>
  <style>${look}
  </style>
  <defs>
    <marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto-start-reverse"><path class="tip" d="M0 0 8 4 0 8z"/></marker>
  </defs>
  <rect class="paper" width="${width}" height="${height}"/>
  <text class="head" x="${margin}" y="34">${escaped(title)}</text>
${[...paths.map(drawnPath), ...boxes.map(drawnBox), ...paths.map(drawnWord)].join('\n')}
</svg>
`
}

/** The graph in sentences. */
function told({ nodes, edges }: Way): string {
  const named = ({ kind, name }: Node) => `${kind} ${name}`
  const ways = edges.map(({ from, to, word }) => `${named(from)} to ${named(to)} (${word})`)
  const alone = nodes.filter(node => !edges.some(({ from, to }) => from === node || to === node)).map(named)
  return [...ways, ...alone].map(text => `${text}.`).join(' ')
}

function drawnPath({ points, backwards }: Path): string {
  const [first, ...rest] = points
  if (first === undefined) return ''
  const steps: string[] = [`M${first.x} ${first.y}`]
  // A step is three points: out of a column, the end of its straight piece, into the next column.
  for (const [at, { x, y }] of rest.entries()) {
    const before = points[at]
    const isCurve = at % 3 === 1
    if (before === undefined) continue
    const half = (before.x + x) / 2
    steps.push(isCurve && before.y !== y ? `C${half} ${before.y} ${half} ${y} ${x} ${y}` : `L${x} ${y}`)
  }
  return `  <path class="way" d="${steps.join(' ')}" marker-${backwards ? 'start' : 'end'}="url(#tip)"/>`
}

const drawnWord = ({ edge, label }: Path): string =>
  `  <text class="word" x="${label.x}" y="${label.y}">${escaped(edge.word)}</text>`

function drawnBox({ node, x, y, width, height, lines }: Box): string {
  const above = (height - lines.length * lineHeight) / 2
  const texts = lines.map(
    ({ text, look }, at) =>
      `    <text class="${look}" x="${x + padding}" y="${y + above + (at + 0.72) * lineHeight}">${escaped(text)}</text>`,
  )
  return `  <g>
    <rect class="box" x="${x}" y="${y}" width="${width}" height="${height}" rx="6"/>
    <rect class="${stripes[node.kind]}" x="${x}" y="${y + 6}" width="4" height="${height - 12}"/>
${texts.join('\n')}
  </g>`
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escaped = (text: string): string => text.replace(/[&<>"']/g, sign => entities[sign] ?? sign)
