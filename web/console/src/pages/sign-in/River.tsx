/** The river falls over the weir into the pool: the product in one drawing. */
export function River() {
  const streams = [0, 1, 2, 3, 4, 5, 6]
  return (
    <svg viewBox="0 0 800 900" preserveAspectRatio="xMidYMid slice" width="100%" height="100%">
      <defs>
        <linearGradient id="pool-depth" x1="0" y1="0" x2="0" y2="1">
          <stop offset="0" stopColor="#79C3C8" />
          <stop offset=".45" stopColor="#2F959E" />
          <stop offset="1" stopColor="#0B4F57" />
        </linearGradient>
        <linearGradient id="river-fade" x1="0" y1="0" x2="1" y2="0">
          <stop offset="0" stopColor="#BCE2E3" stopOpacity=".15" />
          <stop offset="1" stopColor="#79C3C8" stopOpacity=".85" />
        </linearGradient>
      </defs>
      <rect width="800" height="900" fill="var(--sunken)" />
      {streams.map((n) => {
        const y = 120 + n * 62 + (n % 2) * 14
        const end = 298 + n * 6
        return (
          <path key={n} d={`M-20 ${y} C 140 ${y - 40}, 230 ${end}, 402 ${end}`} fill="none" stroke="url(#river-fade)"
            strokeWidth={8 + ((n * 7) % 18)} />
        )
      })}
      <path d="M400 290 C 486 292 452 520 500 566 C 560 592 700 566 830 580 V 930 H 428 V 346 H 400 Z" fill="url(#pool-depth)" />
      <path d="M500 566 C 560 592 700 566 830 580" fill="none" stroke="#BCE2E3" strokeWidth="3" opacity=".8" />
      <path d="M540 640 q 40 14 80 0 t 80 0 t 80 0" fill="none" stroke="#BCE2E3" strokeWidth="2" opacity=".4" />
      <path d="M590 712 q 34 12 68 0 t 68 0" fill="none" stroke="#BCE2E3" strokeWidth="2" opacity=".25" />
      <path d="M398 340 h 30 v 590 h -58 Z" fill="var(--ink)" opacity=".88" />
      <path d="M398 340 h 30 v 8 h -31 Z" fill="#E9B44C" />
    </svg>
  )
}
