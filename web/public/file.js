// Browsers let no page that was opened from the disk read the files beside it: says so, instead of staying empty.
if (location.protocol === "file:") {
  const say = (tag, text) => {
    const node = document.createElement(tag);
    node.textContent = text;
    const font = { h1: "700 26px/1.5 system-ui, sans-serif", pre: "16px/1.5 ui-monospace, monospace" }[tag];
    node.style.cssText = `font: ${font ?? "16px/1.5 system-ui, sans-serif"}; max-width: 40rem; margin: 1rem auto; padding: 0 1rem`;
    document.body.append(node);
  };
  say("h1", "This page needs a web server");
  say(
    "p",
    "Browsers let no page that was opened from the disk read the files beside it. In this folder, run:",
  );
  say("pre", "python -m http.server");
  say(
    "p",
    "and open http://localhost:8000. Any other web server will do as well, or a host of static pages.",
  );
}
