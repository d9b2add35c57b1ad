// The slider of the browser, for keyboard, touch and screen readers. While the visitor moves it, its
// position is its own; the server moves it with move().
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
    move(position, text) {
      this.$refs.input.value = position;
      this.describe(text);
    },
    describe(text) {
      this.$refs.input.setAttribute("aria-valuetext", text);
    },
  },
};
