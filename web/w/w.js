/**
 * Weir's own script for web pages: page views, clicks on `data-weir-*`, routes of one-page apps. It sends Segment
 * batches, keeps them in the page's storage until they have arrived, and does nothing before consent where that is asked for.
 *
 *   <script src="https://weir.example/w.js" data-key="weir_ingest_…" data-consent="required" defer></script>
 *
 * data-key      a write key of the brand
 * data-to       where batches go, when not to `/v1/batch` of the server that this script came from
 * data-consent  `required`: nothing is stored, sent or given an id before `weir.consent(true)`
 * data-clicks, data-pages  `off` to leave them out
 *
 * weir.track(name, properties) · weir.page(name?, properties?) · weir.identify(userId, traits?) · weir.consent(yes) · weir.reset()
 * Calls made before the script has come: `window.weir = window.weir || []; weir.push(['track', 'Name', {…}])`.
 */
;(function (w, d) {
  var own = d.currentScript || d.querySelector('script[src*="/w.js"]')
  if (!own || (w.weir && w.weir.track)) return
  var set = function (name) { return own.getAttribute('data-' + name) }
  var to = set('to') || new URL('/v1/batch', own.src || w.location.href).href
  var key = set('key')
  var waits = set('consent') === 'required'
  var KEEP = 500, BATCH = 40, BYTES = 6e4
  var memory = {}
  var busy = false, tries = 0, timer = 0, last = ''

  /** The page's storage, or this page's memory where it is forbidden or full. */
  var store = {
    get: function (name) {
      try { var v = w.localStorage.getItem('weir.' + name); if (v !== null) return v } catch (e) { /* forbidden */ }
      return name in memory ? memory[name] : null
    },
    put: function (name, value) {
      try {
        if (value === null) w.localStorage.removeItem('weir.' + name)
        else w.localStorage.setItem('weir.' + name, value)
        delete memory[name]
      } catch (e) { memory[name] = value }
      if (value === null) delete memory[name]
    },
  }

  function uuid() {
    var b = new Uint8Array(16), i, out = ''
    w.crypto.getRandomValues(b)
    b[6] = (b[6] & 15) | 64
    b[8] = (b[8] & 63) | 128
    for (i = 0; i < 16; i++) out += (i === 4 || i === 6 || i === 8 || i === 10 ? '-' : '') + (b[i] + 256).toString(16).slice(1)
    return out
  }

  function id() {
    var known = store.get('id')
    if (!known) store.put('id', (known = uuid()))
    return known
  }

  var may = function () { return waits ? store.get('consent') === '1' : store.get('consent') !== '0' }
  function queue() {
    try { return JSON.parse(store.get('queue') || '[]') } catch (e) { return [] }
  }
  function keep(list) { store.put('queue', list.length ? JSON.stringify(list.slice(-KEEP)) : null) }

  function context() {
    var l = w.location, campaign = {}, found = false
    new URLSearchParams(l.search).forEach(function (value, name) {
      if (name.slice(0, 4) === 'utm_') { campaign[name === 'utm_campaign' ? 'name' : name.slice(4)] = value; found = true }
    })
    var out = {
      library: { name: 'w.js', version: '1' },
      locale: w.navigator.language,
      page: { url: l.href, path: path(), search: l.search, title: d.title, referrer: d.referrer },
      screen: { width: w.screen && w.screen.width, height: w.screen && w.screen.height },
    }
    if (found) out.campaign = campaign
    return out
  }

  function say(type, more) {
    if (!may()) return
    var message = { type: type, messageId: 'w-' + uuid(), timestamp: new Date().toISOString(), anonymousId: id(), context: context() }
    var user = store.get('user')
    if (user) message.userId = user
    for (var k in more) if (more[k] !== undefined) message[k] = more[k]
    var list = queue()
    list.push(message)
    keep(list)
    later(0)
  }

  function later(ms) {
    if (ms && timer) { clearTimeout(timer); timer = 0 }
    if (!timer) timer = setTimeout(function () { timer = 0; flush() }, ms || 300)
  }

  /** As many of the oldest messages as fit into one request. */
  function head(list) {
    var size = 0, n = 0
    while (n < list.length && n < BATCH && (n === 0 || size < BYTES)) size += JSON.stringify(list[n++]).length * 2
    return list.slice(0, n)
  }
  function body(part) {
    var out = { batch: part, sentAt: new Date().toISOString() }
    if (key) out.writeKey = key
    return JSON.stringify(out)
  }
  function arrived(part) {
    var gone = {}
    part.forEach(function (m) { gone[m.messageId] = 1 })
    keep(queue().filter(function (m) { return !gone[m.messageId] }))
  }

  function flush() {
    var part = head(queue())
    if (busy || !part.length || !may() || w.navigator.onLine === false) return
    busy = true
    // Plain text needs no question of the browser beforehand; the server reads JSON whatever it is called.
    w.fetch(to, { method: 'POST', body: body(part), headers: { 'content-type': 'text/plain' }, credentials: key ? 'omit' : 'same-origin' }).then(
      function (answer) {
        busy = false
        if (answer.ok || (answer.status < 500 && answer.status !== 408 && answer.status !== 429)) {
          // What is refused for good is not sent for ever.
          tries = 0
          arrived(part)
          if (queue().length) later(50)
        } else again(Number(answer.headers.get('retry-after')) * 1000)
      },
      function () { busy = false; again(0) },
    )
  }
  function again(asked) {
    tries = Math.min(tries + 1, 9)
    later(asked > 0 ? Math.min(asked, 3e5) : Math.min(500 * Math.pow(2, tries) * (0.75 + Math.random() / 2), 12e4))
  }

  /** The page goes away: what is left is handed to the browser. */
  function leave() {
    for (var n = 0; n < 4 && may(); n++) {
      var part = head(queue())
      if (!part.length || w.navigator.onLine === false || !w.navigator.sendBeacon || !w.navigator.sendBeacon(to, body(part))) return
      arrived(part)
    }
  }

  /** Where one is, also where the route stands behind the `#`. */
  function path() {
    var hash = w.location.hash
    return hash.slice(0, 2) === '#/' ? hash.slice(1).split('?')[0] : w.location.pathname
  }

  function viewed() {
    var here = w.location.pathname + w.location.search + w.location.hash
    if (here === last || set('pages') === 'off') return
    last = here
    // A one-page app sets its title after its route.
    setTimeout(function () { weir.page() }, 0)
  }

  function clicked(event) {
    var at = event.target, seen, i, name, properties = {}
    for (; at && at !== d; at = at.parentNode) {
      if (!at.attributes) continue
      for (i = 0, seen = false; i < at.attributes.length; i++) {
        name = at.attributes[i].name
        if (name.slice(0, 10) !== 'data-weir-') continue
        seen = true
        properties[name.slice(10).replace(/-/g, '_')] = at.attributes[i].value
      }
      if (!seen) continue
      name = properties.event || 'Clicked'
      delete properties.event
      if (at.href) properties.href = at.href
      return weir.track(name, properties)
    }
  }

  var before = w.weir
  var weir = (w.weir = {
    track: function (event, properties) { say('track', { event: String(event), properties: properties || {} }) },
    page: function (name, properties) {
      var p = { path: path(), url: w.location.href, title: d.title, referrer: d.referrer }
      for (var k in properties || {}) p[k] = properties[k]
      say('page', { name: name, properties: p })
    },
    identify: function (userId, traits) {
      if (!may()) return
      store.put('user', String(userId))
      say('identify', { traits: traits || {} })
    },
    consent: function (yes) {
      if (yes) {
        store.put('consent', '1')
        last = ''
        viewed()
      } else {
        ;['id', 'user', 'queue'].forEach(function (name) { store.put(name, null) })
        store.put('consent', '0')
      }
    },
    reset: function () { ['id', 'user'].forEach(function (name) { store.put(name, null) }) },
    push: function (call) { weir[call[0]].apply(null, call.slice(1)) },
    flush: flush,
  })

  ;['pushState', 'replaceState'].forEach(function (name) {
    var real = w.history[name]
    w.history[name] = function () {
      var out = real.apply(this, arguments)
      viewed()
      return out
    }
  })
  w.addEventListener('popstate', viewed)
  w.addEventListener('hashchange', viewed)
  w.addEventListener('online', function () { tries = 0; later(0) })
  w.addEventListener('pagehide', leave)
  d.addEventListener('visibilitychange', function () { if (d.visibilityState === 'hidden') leave() })
  if (set('clicks') !== 'off') d.addEventListener('click', clicked, true)
  if (Array.isArray(before)) before.forEach(weir.push)
  viewed()
  later(0)
})(window, document)
