const KEYS = {
  " ": "toggle", k: "toggle", j: "back", l: "forward", ArrowLeft: "left", ArrowRight: "right", ArrowUp: "louder", ArrowDown: "softer",
  m: "mute", c: "captions", f: "fullscreen", "<": "slower", ">": "faster", "?": "help",
};
const SKIPS = { back: -15, forward: 30, left: -5, right: 5 };
const PATIENCE = { alone: 8000, helped: 1500 }; // ms
const LOADING = "Loading …";
const MOMENT = /^(?:(?:(\d+):)?(\d+):(\d+)|(?:(\d+)h)?(?:(\d+)m)?(?:([\d.]+)s?)?)$/i;

/** 12:34 or 1:02:03, as media_pipeline.playing writes it. */
const clock = (seconds) => new Date(1000 * (seconds || 0)).toISOString().slice(seconds < 3600 ? 14 : 11, 19).replace(/^0/, "");

/** Seconds of 754, 12:34, 1:02:03 or 1h2m3s; NaN of anything else. */
const moment = (text) => {
  const found = text && MOMENT.exec(text);
  if (!found) return NaN;
  const [hours, minutes, seconds] = [1, 2, 3].map((part) => Number(found[part] ?? found[part + 3] ?? 0));
  return 3600 * hours + 60 * minutes + seconds;
};

/** What this browser keeps, or nothing where storage is forbidden. A value of null forgets. */
const kept = (name, ...value) => {
  try {
    if (!value.length) return localStorage.getItem(`player:${name}`);
    if (value[0] === null) localStorage.removeItem(`player:${name}`);
    else localStorage.setItem(`player:${name}`, value[0]);
  } catch {
    // The choice holds for this page.
  }
  return null;
};

/**
 * A <video controls> or <audio controls> with more around it; the markup is components/player.html.
 * For other parts of a page: `media`, `seek(seconds)`, `replaceSources([{ url, type }])`; the events `masthead:time` (detail.seconds)
 * and `masthead:error` (detail.seconds, detail.url, and how many failures there were since it last moved on or somebody asked
 * for another try, detail.before): whoever prevents its default answers with replaceSources(), waitOn() or giveUp().
 */
class MediaPlayer extends HTMLElement {
  media = null;
  #part = {};
  #sources = [];
  #wanted = false;
  #broken = false;
  #saved = 0;
  #waiting = 0;
  #hushing = 0;
  #stuck = 0;
  #failures = 0;
  #failedAt = 0;

  connectedCallback() {
    if (this.media) return;
    this.media = this.querySelector("video, audio");
    for (const part of this.querySelectorAll("[data-part]")) this.#part[part.dataset.part] = part;
    this.#sources = [...this.media.querySelectorAll("source")].map(({ src, type }) => ({ url: src, type }));
    this.media.controls = false;
    this.dataset.ready = "";
    this.#listen();
    this.#restore();
    if (this.dataset.waveform) this.#drawWave();
    if (this.media.error) this.#fail();
  }

  get #duration() { return Number.isFinite(this.media.duration) ? this.media.duration : Number(this.dataset.duration); }
  get #chapters() { return [...this.querySelectorAll("[data-seconds]")]; }
  get #place() { return `at:${this.dataset.key}`; }
  get #captions() { return [...this.media.textTracks].filter(({ kind }) => kind === "captions" || kind === "subtitles"); }

  seek(seconds) {
    this.media.currentTime = Math.max(0, Math.min(seconds, this.#duration || seconds));
    this.#part.resume.hidden = true;
    this.#show();
  }

  /** Other addresses for the same recording; it goes on at the same second, speed and state. */
  replaceSources(sources) {
    this.#sources = sources;
    this.#load(sources);
  }

  /** It is only slow: the next failure is told if it stays silent for twice as long. */
  waitOn() { this.#watch(); }

  /** No other addresses help: the next of its sources, or a word about it. */
  giveUp() {
    const { currentSrc, networkState, NETWORK_NO_SOURCE } = this.media;
    const sources = [...this.media.querySelectorAll("source")];
    const now = networkState === NETWORK_NO_SOURCE ? -1 : sources.findIndex(({ src }) => src === currentSrc);
    const left = now < 0 ? [] : sources.slice(now + 1);
    this.#ready();
    if (left.length && navigator.onLine) this.#load(left.map(({ src, type }) => ({ url: src, type })));
    else this.#complain(navigator.onLine ? "This cannot be played now. Try again, or download it." : "You are offline. It goes on where it stopped once you are connected.");
    this.#show();
  }

  // --- what can be done, by button, key or the system's own controls

  #act = {
    toggle: () => (this.media.paused || this.#broken ? this.#play() : this.media.pause()),
    retry: () => this.#retry(),
    restart: () => { this.seek(0); kept(this.#place, null); this.#play(); },
    previous: () => this.#chapter(-1),
    following: () => this.#chapter(1),
    slower: () => this.#speed(-1),
    faster: () => this.#speed(1),
    louder: () => { this.media.volume = Math.min(1, this.media.volume + 0.1); },
    softer: () => { this.media.volume = Math.max(0, this.media.volume - 0.1); },
    mute: () => { this.media.muted = !this.media.muted; },
    captions: () => this.#nextCaptions(),
    fullscreen: () => this.#fullscreen(),
    copy: () => this.#copy(),
    dismiss: () => { this.#part.offer.hidden = true; },
    help: () => { this.#part.keys.open = !this.#part.keys.open; },
  };

  #do(name) {
    if (name in SKIPS) this.seek(this.media.currentTime + SKIPS[name]);
    else this.#act[name]?.();
  }

  #play() {
    if (this.#broken) this.#retry();
    else this.#start();
  }

  #retry() {
    this.#failures = 0;
    this.#load(this.#sources, true);
  }

  #start() { this.media.play().catch(() => {}); } // refused or failed: the element's own events tell

  #chapter(step) {
    const starts = this.#chapters.map((link) => Number(link.dataset.seconds));
    const now = this.media.currentTime;
    const to = step > 0 ? starts.find((start) => start > now + 0.1) : starts.findLast((start) => start < now - 3) ?? 0;
    if (to !== undefined) this.seek(to);
  }

  #speed(step) {
    const { speed } = this.#part;
    speed.selectedIndex = Math.max(0, Math.min(speed.selectedIndex + step, speed.length - 1));
    this.#setSpeed();
    this.#say(`Speed ${speed.value}×`);
  }

  #setSpeed() {
    this.media.defaultPlaybackRate = this.media.playbackRate = Number(this.#part.speed.value);
    kept("speed", this.#part.speed.value);
  }

  #nextCaptions() {
    const tracks = this.#captions;
    const track = tracks[tracks.findIndex(({ mode }) => mode === "showing") + 1];
    this.#setCaptions(track);
    kept("captions", track ? track.language || track.label : null);
    if (tracks.length) this.#say(track ? `Captions: ${track.label}` : "Captions off");
  }

  #setCaptions(wanted) {
    for (const track of this.#captions) track.mode = track === wanted ? "showing" : "disabled";
    if (this.#part.captions) this.#part.captions.ariaPressed = Boolean(wanted);
  }

  #fullscreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else if (this.requestFullscreen) this.requestFullscreen().catch(() => this.#say("Full screen is not allowed here."));
    else this.media.webkitEnterFullscreen?.(); // iPhones show nothing but the video
  }

  async #copy() {
    const link = new URL(this.dataset.page || location.pathname, location.href);
    link.searchParams.set("t", Math.floor(this.media.currentTime));
    try {
      await navigator.clipboard.writeText(link.href);
      this.#say(`Link to ${clock(this.media.currentTime)} copied`);
    } catch {
      this.#say(link.href, true);
    }
  }

  // --- what happens

  #listen() {
    const { media } = this;
    const { seek, speed, volume } = this.#part;
    this.addEventListener("click", (event) => this.#click(event));
    this.addEventListener("keydown", (event) => this.#key(event));
    this.addEventListener("fullscreenchange", () => { this.#part.fullscreen.ariaPressed = document.fullscreenElement === this; });
    this.addEventListener("error", (event) => this.#fail(event), true);
    addEventListener("hashchange", () => this.#deepLink());
    addEventListener("online", () => { if (this.#broken && this.#wanted) this.#retry(); });
    seek.addEventListener("input", () => this.seek(Number(seek.value)));
    seek.addEventListener("pointermove", (event) => this.#preview(event));
    seek.addEventListener("pointerleave", () => { this.#part.preview.hidden = true; });
    speed.addEventListener("change", () => this.#setSpeed());
    volume.addEventListener("input", () => { media.volume = volume.value; media.muted = false; });
    const on = (names, act) => names.split(" ").forEach((name) => media.addEventListener(name, act));
    on("timeupdate seeked loadedmetadata durationchange ratechange play pause ended volumechange", () => this.#show());
    on("timeupdate", () => {
      if (Math.abs(media.currentTime - this.#failedAt) > 5) this.#failures = 0;
      this.#save();
    });
    on("play", () => this.#begin());
    on("pause", () => {
      if (!media.error) this.#wanted = false;
      this.#save(true);
    });
    on("waiting", () => { this.#waiting ||= setTimeout(() => this.#say(LOADING, true), 700); });
    on("playing pause seeked canplay", () => { if (!media.error) this.#ready(); });
    on("ended", () => this.#end());
    on("play timeupdate progress seeking playing pause ended", () => this.#watch());
  }

  #click(event) {
    const wanted = event.target.closest("[data-do]");
    const chapter = event.target.closest("[data-seconds]");
    if (wanted) this.#do(wanted.dataset.do);
    else if (event.target === this.media) this.#do("toggle");
    else if (chapter && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
      event.preventDefault();
      this.seek(Number(chapter.dataset.seconds));
      this.#play();
    }
  }

  #key(event) {
    const { target, key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest("select, textarea, input:not([data-part=seek]), [contenteditable]")) return;
    if (key === " " && target.closest("button, a, summary")) return;
    const onBar = target === this.#part.seek && { ArrowUp: "right", ArrowDown: "left" }[key];
    const name = onBar || KEYS[key] || KEYS[key.toLowerCase()];
    if (/^\d$/.test(key)) this.seek((this.#duration * Number(key)) / 10);
    else if (name) this.#do(name);
    else return;
    event.preventDefault();
  }

  #begin() {
    this.#wanted = true;
    this.dataset.begun = "";
    this.#complain("");
    if (this.#part.offer) this.#part.offer.hidden = true;
    for (const other of document.querySelectorAll("video, audio")) if (other !== this.media) other.pause();
    this.#session();
  }

  #end() {
    this.#wanted = false;
    kept(this.#place, null);
    if (this.#part.offer) this.#part.offer.hidden = false;
  }

  #ready() {
    if (this.#broken && !this.media.paused && this.media.readyState > 2) this.#complain("");
    clearTimeout(this.#waiting);
    this.#waiting = 0;
    if (this.#part.status.textContent === LOADING) this.#say("");
  }

  #show() {
    const { media } = this;
    const { seek, time, length, chapter, toggle, mute, volume } = this.#part;
    const at = media.currentTime;
    const chapters = this.#chapters;
    const current = chapters.findLast((link) => Number(link.dataset.seconds) <= at + 0.05);
    seek.max = this.#duration;
    seek.value = at;
    seek.ariaValueText = `${clock(at)} of ${clock(this.#duration)}`;
    this.style.setProperty("--played", this.#duration ? at / this.#duration : 0);
    time.textContent = clock(at);
    length.textContent = clock(this.#duration);
    for (const link of chapters) link.ariaCurrent = link === current ? "true" : null;
    chapter.textContent = current?.lastChild.textContent ?? "";
    const playing = !media.paused && !this.#broken;
    this.toggleAttribute("data-playing", playing);
    this.toggleAttribute("data-muted", media.muted);
    toggle.ariaLabel = playing ? "Pause" : "Play";
    mute.ariaPressed = media.muted;
    volume.value = media.volume;
    if (this.#wanted && media.duration) navigator.mediaSession?.setPositionState?.({ duration: this.#duration, playbackRate: media.playbackRate, position: Math.min(at, this.#duration) });
    this.dispatchEvent(new CustomEvent("masthead:time", { bubbles: true, detail: { seconds: at } }));
  }

  // --- where it goes on

  #restore() {
    const speed = kept("speed");
    if ([...this.#part.speed.options].some(({ value }) => value === speed)) this.#part.speed.value = speed;
    this.#setSpeed();
    const language = kept("captions");
    this.#setCaptions(language && (this.#captions.find((track) => (track.language || track.label) === language) ?? this.#captions[0]));
    const position = Number(kept(this.#place));
    if (!this.#deepLink() && position > 0 && position < this.#duration - 5) {
      this.seek(position);
      this.#part.kept.textContent = clock(position);
      this.#part.resume.hidden = false;
    }
    this.#show();
  }

  /** ?t= or #t= of the address, which means the first player of a page. */
  #deepLink() {
    if (document.querySelector("media-player") !== this) return false;
    const asked = [location.hash.slice(1), location.search].map((text) => moment(new URLSearchParams(text).get("t")));
    const at = asked.find((seconds) => seconds >= 0);
    if (at !== undefined) this.seek(at);
    return at !== undefined;
  }

  #save(now) {
    const { currentTime, ended, error, readyState } = this.media;
    if (!this.#wanted && !now || ended || error || !readyState || (!now && Math.abs(currentTime - this.#saved) < 5)) return;
    this.#saved = currentTime;
    kept(this.#place, currentTime < 5 ? null : Math.floor(currentTime));
  }

  // --- when it fails

  /** Chromium says nothing and waits for ever when a piece of a stream cannot be had. */
  #watch() {
    clearTimeout(this.#stuck);
    const patience = this.dataset.again ? PATIENCE.helped : PATIENCE.alone;
    if (this.#wanted) this.#stuck = setTimeout(() => this.#fail(), patience * 2 ** Math.min(this.#failures, 3));
  }

  #fail(event) {
    const { media } = this;
    const last = [...media.querySelectorAll("source")].at(-1);
    if (event && event.target !== media && event.target !== last) return; // the browser goes on to the next source by itself
    clearTimeout(this.#waiting);
    this.#failedAt = media.currentTime;
    const detail = { seconds: media.currentTime, url: media.currentSrc, before: this.#failures++ };
    if (this.dispatchEvent(new CustomEvent("masthead:error", { bubbles: true, cancelable: true, detail }))) this.giveUp();
    else this.#say(LOADING, true);
  }

  #load(sources, play = this.#wanted) {
    const at = this.media.currentTime;
    this.#complain("");
    for (const old of this.media.querySelectorAll("source")) old.remove();
    this.media.prepend(...sources.map(({ url, type }) => Object.assign(document.createElement("source"), { src: url, type })));
    this.media.load();
    this.media.currentTime = at;
    if (play) this.#start();
  }

  #complain(sentence) {
    this.#broken = Boolean(sentence);
    this.#part.alert.textContent = sentence;
    this.#part.retry.hidden = !sentence;
  }

  #say(words, stays = false) {
    clearTimeout(this.#hushing);
    if (this.#part.status.textContent !== words) this.#part.status.textContent = words; // or it is read out again
    if (words && !stays) this.#hushing = setTimeout(() => this.#say(""), 5000);
  }

  // --- pictures of it

  #preview({ clientX }) {
    const { preview, seek } = this.#part;
    const box = seek.getBoundingClientRect();
    const share = Math.max(0, Math.min(1, (clientX - box.left) / box.width));
    const at = share * this.#duration;
    const board = this.media.querySelector("track[kind=metadata]");
    if (board?.track.mode === "disabled") {
      board.addEventListener("load", () => this.#preview({ clientX }));
      board.track.mode = "hidden"; // which loads it
    }
    const cue = [...(board?.track.cues ?? [])].find(({ endTime }) => at < endTime);
    const [picture, piece] = cue ? cue.text.trim().split("#xywh=") : [];
    const [svg, words] = preview.children;
    svg.toggleAttribute("hidden", !piece);
    if (piece) {
      const [, , width, height] = piece.split(",");
      svg.setAttribute("viewBox", piece.replaceAll(",", " "));
      svg.setAttribute("width", width);
      svg.setAttribute("height", height);
      svg.firstChild.setAttribute("href", new URL(picture, board.src));
    }
    words.textContent = clock(at);
    preview.hidden = false;
    preview.style.setProperty("--at", share);
  }

  async #drawWave() {
    const { wave } = this.#part;
    const response = await fetch(this.dataset.waveform).catch(() => null);
    if (!response?.ok) return; // the bar works without its picture
    const { peaks } = await response.json();
    const bars = Math.max(1, Math.min(peaks.length, Math.floor(wave.clientWidth / 4)));
    const heights = Array.from({ length: bars }, (_, bar) => Math.max(...peaks.slice((bar * peaks.length) / bars, ((bar + 1) * peaks.length) / bars)));
    const unit = 48 / Math.max(...heights, 1e-6);
    const line = heights.map((height, bar) => `M${bar + 0.5} ${50 - height * unit - 1}V${50 + height * unit + 1}`).join("");
    wave.setAttribute("viewBox", `0 0 ${bars} 100`);
    for (const path of wave.children) path.setAttribute("d", line);
    this.dataset.drawn = "";
  }

  // --- the system's own controls: lock screen, headset, keyboard

  #session() {
    if (!navigator.mediaSession) return;
    const { title, artist, artwork } = this.dataset;
    navigator.mediaSession.metadata = new MediaMetadata({ title, artist, artwork: artwork ? [{ src: new URL(artwork, location.href).href }] : [] });
    const acts = {
      play: () => this.#play(),
      pause: () => this.media.pause(),
      seekbackward: () => this.#do("back"),
      seekforward: () => this.#do("forward"),
      seekto: ({ seekTime }) => this.seek(seekTime),
      previoustrack: this.#chapters.length ? () => this.#do("previous") : null,
      nexttrack: this.#chapters.length ? () => this.#do("following") : null,
    };
    for (const [name, act] of Object.entries(acts)) navigator.mediaSession.setActionHandler(name, act);
  }
}

customElements.define("media-player", MediaPlayer);
