// Put into the page before its own scripts: when something is asked of the device in its worker, and what that tells.
;(() => {
  const now = () => performance.timeOrigin + performance.now()
  const heard = { asked: [], answered: {}, notes: [], contact: null, usable: null, typed: [] }
  window.heard = heard

  const post = Worker.prototype.postMessage
  Worker.prototype.postMessage = function (data, ...more) {
    heard.asked.push([now(), data.path?.join(), data.id])
    return post.call(this, data, ...more)
  }

  const tell = {
    records: (told) => {
      const before = heard.notes.at(-1)?.[1] ?? 0
      heard.notes.push([now(), before + told.filter(({ type }) => type === "visit_note").length])
    },
    sync: ({ doing }) => {
      if (doing === "contact") heard.contact ??= now()
    },
  }
  const add = EventTarget.prototype.addEventListener
  EventTarget.prototype.addEventListener = function (type, listener, ...more) {
    if (type !== "message" || !(this instanceof Worker || this instanceof MessagePort)) {
      return add.call(this, type, listener, ...more)
    }
    const listening = (event) => {
      const { id, path, argumentList } = event.data
      if (this instanceof Worker) heard.answered[id] = now()
      else tell[path?.at(-1)]?.(argumentList[0].value)
      return listener(event)
    }
    return add.call(this, type, listening, ...more)
  }

  // The time of an event is when the browser had it, before the page came to it.
  add.call(window, "input", ({ timeStamp }) => heard.typed.push(performance.timeOrigin + timeStamp), true)

  const look = () => {
    const field = document.querySelector("input[type=password]")
    if (field && !field.disabled) heard.usable = performance.now()
    else requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
})()
