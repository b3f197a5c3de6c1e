"""What a download may ask for."""

from django import forms


class DownloadForm(forms.Form):
    """`format` of the file; empty means the lossless PNG."""

    format = forms.ChoiceField(
        choices=[("png", "PNG"), ("jpeg", "JPEG"), ("webp", "WebP")], required=False
    )
