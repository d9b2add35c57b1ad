// A slider of the browser's own: for keyboard, touch and screen readers alike. Its place is its own
// while a hand is on it; the server moves it by put().
export default {
  template: `<input ref="input" type="range" class="range" :min="min" :max="max" :step="step" :aria-label="label" @input="moved">`,
  props: { value: Number, min: Number, max: Number, step: Number, label: String },
  mounted() {
    this.$refs.input.value = this.value;
  },
  methods: {
    moved() {
      this.$emit("moved", this.$refs.input.valueAsNumber);
    },
    put(value, text) {
      this.$refs.input.value = value;
      this.$refs.input.setAttribute("aria-valuetext", text);
    },
    tell(text) {
      this.$refs.input.setAttribute("aria-valuetext", text);
    },
  },
};
