// A field to draw in with mouse, pen or finger; sends strokes of points from 0 to 1.
export default {
  template: `<canvas ref="canvas" class="sketchpad" role="img" aria-label="Field to draw in with mouse or finger"></canvas>`,
  data: () => ({ strokes: [], pointer: null }),
  mounted() {
    const canvas = this.$refs.canvas;
    canvas.addEventListener("pointerdown", (event) => this.begin(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => this.end());
    this.observer = new ResizeObserver(() => this.paint());
    this.observer.observe(canvas);
  },
  beforeUnmount() {
    this.observer.disconnect();
  },
  methods: {
    place(event) {
      const box = this.$refs.canvas.getBoundingClientRect();
      const rounded = (x) => Math.round(1000 * Math.min(Math.max(x, 0), 1)) / 1000;
      return [rounded((event.clientX - box.left) / box.width), rounded((event.clientY - box.top) / box.height)];
    },
    begin(event) {
      if (event.button !== 0 || this.pointer !== null) return;
      event.preventDefault();
      this.pointer = event.pointerId;
      try {
        this.$refs.canvas.setPointerCapture(event.pointerId);
      } catch {} // the pointer of a script cannot be captured
      this.strokes.push([this.place(event)]);
      this.changed();
    },
    move(event) {
      if (event.pointerId !== this.pointer) return;
      const stroke = this.strokes.at(-1);
      const parts = event.getCoalescedEvents?.() ?? [];
      for (const part of parts.length ? parts : [event]) {
        const [x, y] = this.place(part);
        const [lastX, lastY] = stroke.at(-1);
        if (Math.hypot(x - lastX, y - lastY) > 0.006) stroke.push([x, y]);
      }
      this.changed();
    },
    end() {
      if (this.pointer === null) return;
      this.pointer = null;
      this.changed();
    },
    changed() {
      this.paint();
      this.$emit("strokes", this.strokes);
    },
    undo() {
      this.strokes.pop();
      this.changed();
    },
    clear() {
      this.strokes = [];
      this.changed();
    },
    paint() {
      const canvas = this.$refs.canvas;
      const side = Math.round(canvas.clientWidth * window.devicePixelRatio);
      if (!side) return;
      canvas.width = canvas.height = side;
      const pen = canvas.getContext("2d");
      pen.strokeStyle = "white";
      pen.lineWidth = side / 14;
      pen.lineCap = pen.lineJoin = "round";
      for (const stroke of this.strokes) {
        pen.beginPath();
        for (const [x, y] of [...stroke, stroke.at(-1)]) pen.lineTo(x * side, y * side);
        pen.stroke();
      }
    },
  },
};
