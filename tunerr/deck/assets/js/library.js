// What the custom elements share: libraries that are loaded when they are first wanted, and style for shadow trees.
// The elements draw into shadow trees, so what they show outlives a page that is renewed in place.

const loading = new Map();
const address = (name) => new URL(`../vendor/${name}`, import.meta.url).href;

// Resolves to the global that a vendor's script defines; rejects when the build had no npm and there is no such file.
export function library(name, global) {
  if (!loading.has(name)) {
    loading.set(name, new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address(name);
      script.onload = () => resolve(window[global]);
      script.onerror = () => { loading.delete(name); script.remove(); reject(new Error(`${name} can't be loaded`)); };
      document.head.append(script);
    }));
  }
  return loading.get(name);
}

// A <link> to a vendor's stylesheet, for a shadow tree.
export function stylesheet(name) {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = address(name);
  return link;
}

export function sheet(css) {
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  return made;
}

export function make(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// "{name} is now {place}" with the values of an object.
export const filled = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
