"""Measures inside the training steps of a Keras model, and changes nothing.

How it works. `fit` tells its callbacks the model before it makes the function
that trains. `Instrument` makes that function first, from the model's own
`train_step`, with parts built in; `fit` finds it made, and uses it. A part is
what measures, and runs at four places:

* `feed`, in the graph around the compiled step, outside XLA: small tensors to
  be handed into the step, such as whether to measure this one;
* `before` and `after` the model's own `train_step`, inside the compiled step:
  they see through a `Probe` the gradients, the loss and the outputs of layers,
  and return small tensors;
* `took`, outside XLA again, with the batch and these tensors: may write them
  into variables;
* `ran`, on the host, after each call of the function, which may stand for
  several steps. Nothing is read from the device there but what a part asks
  for.

Parts of several callbacks share one instrument: `attach(model, part)` in
`set_model`, `detach(model, part)` in `on_train_end`. The function that the
model had is put back then, or when a step raises, or when another `fit` begins
without the callback. It is kept, so that the next `fit` with the same parts
does not trace anew.

Two parts are there:

* `Recorder`: every so many steps one row for a `Trace`, in a ring buffer on
  the device.
* `Tripwire`: withholds the update of the first step whose loss or gradients
  are not finite, and of all later ones, and keeps the batch. After
  `wire = Tripwire()`, `wire.attach(model)` and a `fit`: `wire.tripped` (bool),
  `wire.step` (int, from 0), `wire.batch` (the structure that `train_step` got,
  as NumPy arrays); they are plain attributes, so asking costs nothing.
  `wire.detach()` in the end; what was found stays.
"""
