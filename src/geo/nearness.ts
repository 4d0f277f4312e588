/** How far apart two places are on the ground. Pure; used by `explain` and by the methods that steer by distance. */

/** Mean radius of the Earth (IUGG R1). */
const EARTH_RADIUS_KM = 6371.0088;
const RADIANS_PER_DEGREE = Math.PI / 180;

/** Great-circle distance in kilometres between two points in degrees (haversine: exact enough near and far, 0.5 % off the ellipsoid). */
export function distanceKm(latitudeA: number, longitudeA: number, latitudeB: number, longitudeB: number): number {
  const phiA = latitudeA * RADIANS_PER_DEGREE;
  const phiB = latitudeB * RADIANS_PER_DEGREE;
  const sinLatitude = Math.sin((phiB - phiA) / 2);
  const sinLongitude = Math.sin(((longitudeB - longitudeA) * RADIANS_PER_DEGREE) / 2);
  const h = sinLatitude * sinLatitude + Math.cos(phiA) * Math.cos(phiB) * sinLongitude * sinLongitude;
  // Rounding may carry h past 1 for antipodes, where asin has no value.
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.sqrt(Math.min(1, h)));
}
