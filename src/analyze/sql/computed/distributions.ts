// Distributions. https://trino.io/docs/current/functions/math.html
// Series and continued fractions to the accuracy of a double, as the textbooks have them; the last digit may differ from
// Athena's.
import { type ComputedTable, computed, invalid } from './computed.ts'

const epsilon = 1e-15
const rounds = 10_000

/** https://en.wikipedia.org/wiki/Lanczos_approximation, with g = 607/128. */
const lanczos = [
  57.15623566586292, -59.59796035547549, 14.136097974741746, -0.4919138160976202, 0.00003399464998481189,
  0.00004652362892704858, -0.00009837447530487956, 0.0001580887032249125, -0.00021026444172410488,
  0.00021743961811521265, -0.0001643181065367639, 0.00008441822398385275, -0.000026190838401581408,
  0.0000036899182659531625,
]

function logGamma(x: number): number {
  const sum = lanczos.reduceRight((total, one, index) => total + one / (x + index + 1), 0) + 0.9999999999999971
  const shifted = x + 607 / 128 + 0.5
  return (x + 0.5) * Math.log(shifted) - shifted + 0.5 * Math.log(2 * Math.PI) + Math.log(sum / x)
}

/** 1 / (a0 + b1 / (a1 + b2 / (…))) by Lentz' method. */
function reciprocalOfFraction(a: (n: number) => number, b: (n: number) => number): number {
  const tiny = 1e-50
  const kept = (value: number) => (Math.abs(value) < tiny ? tiny : value)
  let value = kept(a(0))
  let [c, d] = [value, 0]
  for (let n = 1; n < rounds; n++) {
    d = 1 / kept(a(n) + b(n) * d)
    c = kept(a(n) + b(n) / c)
    value *= c * d
    if (Math.abs(c * d - 1) < epsilon) break
  }
  return 1 / value
}

const logGammaOfHalf = 0.5 * Math.log(Math.PI)

/** The upper part of the incomplete gamma function of one half, which is erfc(sqrt(x)). */
function upperGammaOfHalf(x: number): number {
  const a = 0.5
  if (x <= 0) return 1
  const factor = Math.exp(-x + a * Math.log(x) - logGammaOfHalf)
  if (x >= a + 1)
    return (
      factor *
      reciprocalOfFraction(
        n => 2 * n + 1 - a + x,
        n => n * (a - n),
      )
    )
  let [term, sum] = [1 / a, 1 / a]
  for (let n = 1; Math.abs(term / sum) > epsilon && n < rounds; n++) {
    term *= x / (a + n)
    sum += term
  }
  return 1 - factor * sum
}

function complementaryError(x: number): number {
  if (Math.abs(x) > 40) return x > 0 ? 0 : 2
  const upper = upperGammaOfHalf(x * x)
  return x < 0 ? 2 - upper : upper
}

/** Giles: Approximating the erfinv function; highest power first. */
const inverses = [
  [
    -3.64441206401782e-21, -1.6850591381820166e-19, 1.28584807152564e-18, 1.1157877678025181e-17,
    -1.333171662854621e-16, 2.0972767875968562e-17, 6.637638134358324e-15, -4.054566272975207e-14,
    -8.151934197605472e-14, 2.6335093153082323e-12, -1.2975133253453532e-11, -5.415412054294628e-11,
    1.0512122733215323e-9, -4.112633980346984e-9, -2.9070369957882005e-8, 4.2347877827932404e-7,
    -0.0000013654692000834679, -0.000013882523362786469, 0.00018673420803405714, -0.000740702534166267,
    -0.006033670871430149, 0.24015818242558962, 1.6536545626831027,
  ],
  [
    2.2137376921775787e-9, 9.075656193888539e-8, -2.7517406297064545e-7, 1.8239629214389228e-8,
    0.0000015027403968909828, -0.000004013867526981546, 0.0000029234449089955446, 0.000012475304481671779,
    -0.000047318229009055734, 0.00006828485145957318, 0.000024031110387097894, -0.0003550375203628475,
    0.0009532893797373805, -0.0016882755560235047, 0.002491442096107851, -0.003751208507569241, 0.005370914553590064,
    1.0052589676941592, 3.0838856104922208,
  ],
  [
    -2.7109920616438573e-11, -2.555641816996525e-10, 1.5076572693500548e-9, -3.789465440126737e-9, 7.61570120807834e-9,
    -1.496002662714924e-8, 2.914795345090108e-8, -6.771199775845234e-8, 2.2900482228026655e-7, -9.9298272942317e-7,
    0.000004526062597223154, -0.00001968177810553167, 0.00007599527703001776, -0.00021503011930044477,
    -0.00013871931833623122, 1.0103004648645344, 4.849906401408584,
  ],
] as const

function inverseError(x: number): number {
  const w = -Math.log((1 - x) * (1 + x))
  const [place, at] = w < 6.25 ? [0, w - 3.125] : w < 16 ? [1, Math.sqrt(w) - 3.25] : [2, Math.sqrt(w) - 5]
  return (inverses[place] ?? []).reduce((sum: number, coefficient) => sum * at + coefficient, 0) * x
}

function betaShare(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  if (x > (a + 1) / (a + b + 2)) return 1 - betaShare(1 - x, b, a)
  const logBeta = logGamma(a) + logGamma(b) - logGamma(a + b)
  const fraction = reciprocalOfFraction(
    () => 1,
    n => {
      const m = Math.floor(n / 2)
      if (n % 2 === 0) return (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
      return (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    },
  )
  return Math.exp(a * Math.log(x) + b * Math.log1p(-x) - Math.log(a) - logBeta) * fraction
}

/** Where the share is that, by halving. Athena's own search ends up to nine digits behind the point away from it. */
function inverseBeta(a: number, b: number, share: number): number {
  if (share === 0 || share === 1) return share
  let [low, high] = [0, 1]
  while (high - low > epsilon) {
    const middle = (low + high) / 2
    if (middle <= low || middle >= high) break
    if (betaShare(middle, a, b) < share) low = middle
    else high = middle
  }
  return (low + high) / 2
}

export const distributions: ComputedTable = {
  athena_inverse_beta_cdf: computed(['DOUBLE', 'DOUBLE', 'DOUBLE'], 'DOUBLE', (a, b, p) => {
    if (!(p >= 0 && p <= 1)) throw invalid('p must be 0 >= p >= 1')
    if (!(a > 0)) throw invalid('a must be > 0')
    if (!(b > 0)) throw invalid('b must be > 0')
    return inverseBeta(a, b, p)
  }),
  athena_normal_cdf: computed(['DOUBLE', 'DOUBLE', 'DOUBLE'], 'DOUBLE', (mean, deviation, value) => {
    if (!(deviation > 0)) throw invalid('standardDeviation must be > 0')
    return 0.5 * complementaryError(-(value - mean) / (deviation * Math.SQRT2))
  }),
  athena_inverse_normal_cdf: computed(['DOUBLE', 'DOUBLE', 'DOUBLE'], 'DOUBLE', (mean, deviation, p) => {
    if (!(p > 0 && p < 1)) throw invalid('p must be 0 > p > 1')
    if (!(deviation > 0)) throw invalid('sd must be > 0')
    return mean + deviation * Math.SQRT2 * inverseError(2 * p - 1)
  }),
  athena_beta_cdf: computed(['DOUBLE', 'DOUBLE', 'DOUBLE'], 'DOUBLE', (a, b, value) => {
    if (!(value >= 0 && value <= 1)) throw invalid('value must be 0 <= v <= 1')
    if (!(a > 0)) throw invalid('a must be > 0')
    if (!(b > 0)) throw invalid('b must be > 0')
    return betaShare(value, a, b)
  }),
  athena_great_circle: computed(['DOUBLE', 'DOUBLE', 'DOUBLE', 'DOUBLE'], 'DOUBLE', greatCircle),
}

const earthRadiusKilometres = 6371.01

function greatCircle(latitude: number, longitude: number, otherLatitude: number, otherLongitude: number): number {
  for (const one of [latitude, otherLatitude])
    if (!(one >= -90 && one <= 90)) throw invalid('Latitude must be between -90 and 90')
  for (const one of [longitude, otherLongitude])
    if (!(one >= -180 && one <= 180)) throw invalid('Longitude must be between -180 and 180')
  const radians = (degrees: number) => degrees * (Math.PI / 180)
  const [from, to] = [radians(latitude), radians(otherLatitude)]
  const apart = radians(longitude) - radians(otherLongitude)
  const side = Math.cos(to) * Math.sin(apart)
  const front = Math.cos(from) * Math.sin(to) - Math.sin(from) * Math.cos(to) * Math.cos(apart)
  const along = Math.sin(from) * Math.sin(to) + Math.cos(from) * Math.cos(to) * Math.cos(apart)
  return Math.atan2(Math.sqrt(side * side + front * front), along) * earthRadiusKilometres
}
