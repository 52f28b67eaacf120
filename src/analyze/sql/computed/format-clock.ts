// The %t… of format(): a field of a date or a time, from its text `2001-08-22 16:17:03.000`.

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const months = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
]

/** Undefined for what the value has not, or what is not known here. */
export function clockField(letter: string, kind: 'date' | 'timestamp' | 'time', text: string): string | undefined {
  const [date, time] = kind === 'date' ? [text, undefined] : kind === 'time' ? [undefined, text] : text.split(' ')
  return (
    (date === undefined ? undefined : dateField(letter, date)) ??
    (time === undefined ? undefined : timeField(letter, time))
  )
}

function dateField(letter: string, date: string): string | undefined {
  const [year = '', month = '', day = ''] = date.split('-')
  const monthName = months[Number(month) - 1] ?? ''
  const at = new Date(`${date}T00:00:00Z`)
  const dayName = days[at.getUTCDay()] ?? ''
  switch (letter) {
    case 'F':
      return date
    case 'Y':
      return year
    case 'y':
      return year.slice(-2)
    case 'm':
      return month
    case 'd':
      return day
    case 'e':
      return String(Number(day))
    case 'B':
      return monthName
    case 'b':
    case 'h':
      return monthName.slice(0, 3)
    case 'A':
      return dayName
    case 'a':
      return dayName.slice(0, 3)
    case 'D':
      return `${month}/${day}/${year.slice(-2)}`
    case 'j':
      return String((at.getTime() - Date.UTC(Number(year), 0, 1)) / 86_400_000 + 1).padStart(3, '0')
  }
  return undefined
}

function timeField(letter: string, time: string): string | undefined {
  const [hour = '', minute = '', rest = ''] = time.split(':')
  const [second = '', part = ''] = rest.split('.')
  const twelve = String(Number(hour) % 12 || 12)
  const half = Number(hour) < 12 ? 'am' : 'pm'
  switch (letter) {
    case 'H':
      return hour
    case 'k':
      return String(Number(hour))
    case 'I':
      return twelve.padStart(2, '0')
    case 'l':
      return twelve
    case 'M':
      return minute
    case 'S':
      return second
    case 'L':
      return part.padEnd(3, '0').slice(0, 3)
    case 'N':
      return part.padEnd(9, '0')
    case 'p':
      return half
    case 'R':
      return `${hour}:${minute}`
    case 'T':
      return `${hour}:${minute}:${second}`
    case 'r':
      return `${twelve.padStart(2, '0')}:${minute}:${second} ${half.toUpperCase()}`
  }
  return undefined
}
