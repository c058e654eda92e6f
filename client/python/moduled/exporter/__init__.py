"""PyTorch modules -> versions of a model repository: export.py is the way in, moduled.export its public name.

Nothing is imported here: errors.py is needed without torch.
"""
