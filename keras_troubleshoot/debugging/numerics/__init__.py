"""Where NaN and infinity come from.

Example:
    ```python
    from keras_troubleshoot.debugging import numerics

    print(numerics.unsafe_operations(model, x, y))  # What may go wrong.
    print(numerics.locate(model, x_batch, y_batch))  # What did go wrong.
    with numerics.check_numerics(model):  # Raises where it does.
        model.fit(x, y)
    ```
"""

from keras_troubleshoot.debugging.numerics.checking import check_numerics
from keras_troubleshoot.debugging.numerics.locate import locate
from keras_troubleshoot.debugging.numerics.location import Location
from keras_troubleshoot.debugging.numerics.operations import Operations
from keras_troubleshoot.debugging.numerics.operations import unsafe_operations
from keras_troubleshoot.facts.unsafe import Unsafe

__all__ = [
    "Location",
    "Operations",
    "Unsafe",
    "check_numerics",
    "locate",
    "unsafe_operations",
]
