/** The way of the data as a Mermaid flowchart, for Markdown that is shown with one. https://mermaid.js.org/syntax/flowchart.html */
import type { Node, NodeKind, Way } from './way.ts'

/** Where data lies is drawn round; what moves it, with corners. */
const shapes: Readonly<Record<NodeKind, readonly [open: string, close: string]>> = {
  stream: ['([', '])'],
  folder: ['[(', ')]'],
  bucket: ['[(', ')]'],
  table: ['[(', ')]'],
  delivery: ['[', ']'],
  job: ['[', ']'],
  crawler: ['[', ']'],
  workgroup: ['([', '])'],
  role: ['{{', '}}'],
}

export function mermaidOf({ lake, region, nodes, edges }: Way): string {
  const lines = [
    '---',
    `title: ${JSON.stringify(`${lake} in ${region}`)}`,
    '---',
    'flowchart LR',
    ...nodes.map(node => `  ${node.id}${boxed(node)}`),
    ...edges.map(({ from, to, word }) => `  ${from.id} -->|"${escaped(word)}"| ${to.id}`),
  ]
  return `${lines.join('\n')}\n`
}

function boxed({ kind, name, facts }: Node): string {
  const [open, close] = shapes[kind]
  const [head = '', ...rest] = [name, kind, ...facts].map(escaped)
  return `${open}"${[`<b>${head}</b>`, ...rest].join('<br/>')}"${close}`
}

/** Mermaid's entities: `#34;` is a quote. Letters, digits and a few signs mean only themselves to it, and so does what is beyond ASCII. */
const escaped = (text: string): string =>
  text.replace(/[^\p{L}\p{N} _./:,()=-]/gu, sign => (/^[\0-\x7f]$/.test(sign) ? `#${sign.codePointAt(0)};` : sign))
