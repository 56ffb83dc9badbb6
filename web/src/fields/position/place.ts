// Positions as people write them, and where a map shows them.
import { addressText } from "../address/text";
import type { Json } from "@/meta/types";

export interface Place { lat: number; lng: number }

export function asPlace(value: Json | undefined): Place | null {
  if (!value || typeof value !== "object" || Array.isArray(value)) return null;
  const lat = Number(value.lat);
  const lng = Number(value.lng);
  return Number.isFinite(lat) && Number.isFinite(lng) ? { lat, lng } : null;
}

/** "30.2741, 120.1551"; null where it is neither that nor on the earth. */
export function parsePlace(text: string): Place | null {
  const match = /^\s*(-?\d+(?:\.\d+)?)\s*[,，、\s]\s*(-?\d+(?:\.\d+)?)\s*$/.exec(text.normalize("NFKC"));
  if (!match) return null;
  const place = { lat: Number(match[1]), lng: Number(match[2]) };
  return Math.abs(place.lat) <= 90 && Math.abs(place.lng) <= 180 ? place : null;
}

export const placeText = (place: Place): string => `${place.lat.toFixed(5)}, ${place.lng.toFixed(5)}`;

/** AMap opens its app on a phone and its page elsewhere; it takes the satellites' coordinates when told so. */
export function mapAddress(name: string, place: Place | null, address?: Json): string | null {
  if (place) return `https://uri.amap.com/marker?position=${place.lng},${place.lat}&name=${encodeURIComponent(name)}&coordinate=wgs84&callnative=1`;
  const text = addressText(address).trim();
  return text ? `https://uri.amap.com/search?keyword=${encodeURIComponent(text)}&callnative=1` : null;
}
