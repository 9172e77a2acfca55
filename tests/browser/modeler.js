/*
 * What a person does in Camunda Modeler, done through the same commands of its editor.
 */

const middle = ({ waypoints }) => {
  const [a, b] = waypoints;
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
};

window.desk = {
  editor: null,

  start(kind) {
    const Editor = kind === "dmn" ? DmnJS : BpmnModeler;
    const panel = { parent: "#panel" };
    this.editor = new Editor({ container: "#canvas", propertiesPanel: panel });
  },

  async open(xml) {
    const { warnings } = await this.editor.importXML(xml);
    return warnings.map((warning) => warning.message);
  },

  async save() {
    const { xml } = await this.editor.saveXML({ format: true });
    return xml;
  },

  element(id) {
    return this.editor.get("elementRegistry").get(id);
  },

  insertTask(flow, said) {
    const modeling = this.editor.get("modeling");
    const drawn = this.element(flow);
    const shape = modeling.createShape({ type: "bpmn:UserTask" }, middle(drawn), drawn);
    modeling.updateProperties(shape, said);
  },

  say(id, said) {
    this.editor.get("modeling").updateProperties(this.element(id), said);
  },

  setDuration(id, body) {
    const event = this.element(id);
    const [timer] = event.businessObject.eventDefinitions;
    const modeling = this.editor.get("modeling");
    modeling.updateModdleProperties(event, timer.timeDuration, { body });
  },

  move(id, x, y) {
    this.editor.get("modeling").moveElements([this.element(id)], { x, y });
  },

  remove(id) {
    this.editor.get("modeling").removeElements([this.element(id)]);
  },

  setTemplates(templates) {
    const told = [];
    this.editor.on("elementTemplates.errors", ({ errors }) =>
      told.push(...errors.map((error) => error.message))
    );
    this.editor.get("elementTemplatesLoader").setTemplates(templates);
    return told;
  },

  template(id) {
    return this.editor.get("elementTemplates").get(id);
  },

  changeTo(id, template) {
    const found = this.template(template);
    this.editor.get("elementTemplates").applyTemplate(this.element(id), found);
  },

  addTimer(host, template, id, span) {
    const modeling = this.editor.get("modeling");
    const on = this.element(host);
    const spot = { x: on.x + 20, y: on.y + on.height };
    const clock = { eventDefinitionType: "bpmn:TimerEventDefinition" };
    const timer = modeling.createShape(
      { type: "bpmn:BoundaryEvent", ...clock }, spot, on, { attach: true }
    );
    const [definition] = timer.businessObject.eventDefinitions;
    const timeDuration = this.editor
      .get("bpmnFactory")
      .create("bpmn:FormalExpression", { body: span });
    timeDuration.$parent = definition;
    modeling.updateModdleProperties(timer, definition, { timeDuration });
    const found = this.template(template);
    const event = this.editor.get("elementTemplates").applyTemplate(timer, found) || timer;
    modeling.updateProperties(event, { id });
    const end = { x: spot.x, y: spot.y + 120 };
    const told = this.editor
      .get("modeling")
      .appendShape(event, { type: "bpmn:EndEvent" }, end);
    this.editor.get("modeling").updateProperties(told, { id: `${id}_told`, name: "Told" });
  },

  give(id, name, value) {
    const shape = this.element(id);
    const extension = shape.businessObject.extensionElements.values;
    const holder = extension.find(({ $type }) => $type === "camunda:Properties");
    const factory = this.editor.get("bpmnFactory");
    const property = factory.create("camunda:Property", { name, value });
    property.$parent = holder;
    const values = [...holder.values, property];
    this.editor.get("modeling").updateModdleProperties(shape, holder, { values });
  },

  show(id) {
    this.editor.get("canvas").zoom("fit-viewport", "auto");
    this.editor.get("selection").select(this.element(id));
  },

  fill(id, name, value) {
    const shape = this.element(id);
    const extension = shape.businessObject.extensionElements.values;
    const { values } = extension.find(({ $type }) => $type === "camunda:Properties");
    const property = values.find((each) => each.name === name);
    this.editor.get("modeling").updateModdleProperties(shape, property, { value });
  },
};
