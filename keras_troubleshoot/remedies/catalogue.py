"""All remedies, in the order in which they are tried."""

# Each module registers its remedies when it is imported.
from keras_troubleshoot.remedies import architecture as architecture
from keras_troubleshoot.remedies import inputs as inputs
from keras_troubleshoot.remedies import losses as losses
from keras_troubleshoot.remedies import optimization as optimization
from keras_troubleshoot.remedies import outputs as outputs
from keras_troubleshoot.remedies import targets as targets
from keras_troubleshoot.remedies.registry import REMEDIES as REMEDIES
